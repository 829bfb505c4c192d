import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Icon } from "../../ui/icons";
import css from "./bell.module.css";
import { countsQuery } from "./queries";

const MOST = 99;

/** The way to the inbox, with how much in it is unread. */
export function Bell() {
  const { slug, me } = useHere();
  const { data: counts } = useQuery({ ...countsQuery(slug), enabled: me.person_id !== null });
  const unread = counts?.unread ?? 0;
  const label = unread > 0 ? t("inbox.bellMany", { count: unread }) : t("inbox.bell");
  return (
    <Link to="/w/$workspace/inbox" params={{ workspace: slug }} className={css.bell ?? ""} aria-label={label} title={`${label} (G I)`}>
      <Icon name="bell" />
      {unread > 0 && (
        <span className={css.count} aria-hidden="true">
          {unread > MOST ? `${MOST}+` : unread}
        </span>
      )}
    </Link>
  );
}
