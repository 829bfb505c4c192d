import { useParams } from "@tanstack/react-router";
import { ImportWizard } from "../features/imports/import-wizard";
import { ImportsList } from "../features/imports/imports-list";
import { t } from "../lib/t";
import css from "./plain-page.module.css";

export function ImportsPage() {
  return (
    <div className={css.page}>
      <div className={css.body}>
        <h1 className={css.title}>{t("imports.title")}</h1>
        <p className={css.lead}>{t("imports.lead")}</p>
        <ImportsList />
      </div>
    </div>
  );
}

export function ImportPage() {
  const { id, step } = useParams({ from: "/w/$workspace/imports/$id/$step" });
  return (
    <div className={css.page}>
      <ImportWizard key={id} id={id} step={step} />
    </div>
  );
}
