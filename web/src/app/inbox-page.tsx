import { useSearch } from "@tanstack/react-router";
import { Inbox } from "../features/notices/inbox";
import { t } from "../lib/t";
import css from "./plain-page.module.css";

export function InboxPage() {
  const { notice } = useSearch({ from: "/w/$workspace" });
  return (
    <div className={css.page}>
      <div className={`${css.body} ${css.broad}`}>
        <h1 className={css.title}>{t("inbox.title")}</h1>
        <p className={css.lead}>{t("inbox.lead")}</p>
        <Inbox key={notice ?? ""} asked={notice} />
      </div>
    </div>
  );
}
