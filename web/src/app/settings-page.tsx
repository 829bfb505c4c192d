import { Members, Tokens } from "../features/accounts/access";
import { t } from "../lib/t";
import css from "./plain-page.module.css";

export function SettingsPage() {
  return (
    <div className={css.page}>
      <div className={css.body}>
        <h1 className={css.title}>{t("nav.settings")}</h1>
        <section className={css.section}>
          <h2>{t("member.title")}</h2>
          <p className={css.lead}>{t("member.lead")}</p>
          <Members />
        </section>
        <section className={css.section}>
          <h2>{t("token.title")}</h2>
          <p className={css.lead}>{t("token.lead")}</p>
          <Tokens />
        </section>
      </div>
    </div>
  );
}
