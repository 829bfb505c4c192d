import { Batches } from "../features/core/batches";
import { t } from "../lib/t";
import css from "./plain-page.module.css";

export function HistoryPage() {
  return (
    <div className={css.page}>
      <div className={css.body}>
        <h1 className={css.title}>{t("batch.title")}</h1>
        <p className={css.lead}>{t("batch.lead")}</p>
        <Batches />
      </div>
    </div>
  );
}
