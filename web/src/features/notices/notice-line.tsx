import { useHere } from "../../api/workspace";
import { formatAgo, formatInstant } from "../../lib/dates";
import { t } from "../../lib/t";
import { IconButton } from "../../ui/icon-button";
import { Icon, type IconName } from "../../ui/icons";
import css from "./inbox.module.css";
import type { Mark, Notice } from "./queries";
import { WhyDetails } from "./why";

const ICONS: Record<string, IconName> = {
  mentioned: "user", replied: "undo", asked: "help", assigned: "user", commented: "comment", changed: "history", finished: "check", membership: "user",
};

interface Props {
  notice: Notice;
  why: boolean;
  onWhy: () => void;
  onOpen: () => void;
  onMark: (what: Mark["done_with"]) => void;
}

/** What happened to one record: who did what, from what to what, how often, and what to do with it. */
export function NoticeLine({ notice, why, onWhy, onOpen, onMark }: Props) {
  const { slug } = useHere();
  const [newest, ...before] = notice.told;
  const older = notice.happenings - notice.told.length;
  return (
    // The line takes the keys of the inbox; everything in it can be reached by Tab as well.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <li className={css.line} data-notice={notice.id} data-unread={!notice.read || undefined} tabIndex={0}>
      <span className={css.icon}>
        <Icon name={ICONS[notice.kind] ?? "bell"} />
      </span>
      <div className={css.words}>
        <p className={css.title}>
          {!notice.read && <span className="visually-hidden">{t("inbox.unreadMark")}: </span>}
          <a
            href={`/w/${slug}${notice.path}`}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              onOpen();
            }}
          >
            {notice.ref && <span className={css.ref}>{notice.ref}</span>} {notice.title}
          </a>
        </p>
        {newest && <Told told={newest} />}
        {before.map((each) => (
          <Told key={each.id} told={each} quiet />
        ))}
        {older > 0 && <p className={css.older}>{t("inbox.moreHappenings", { count: older })}</p>}
        {why && <WhyDetails id={notice.id} />}
      </div>
      <time className={css.when} dateTime={notice.last_at} title={formatInstant(notice.last_at)}>
        {formatAgo(notice.last_at)}
      </time>
      <div className={css.actions} role="group" aria-label={t("inbox.actions")}>
        <IconButton icon="help" label={t("inbox.why")} shortcut="W" aria-expanded={why} onClick={onWhy} />
        {!notice.done && (
          <IconButton
            icon={notice.read ? "unread" : "read"}
            label={t(notice.read ? "inbox.markUnread" : "inbox.read")}
            shortcut="U"
            onClick={() => onMark(notice.read ? "unread" : "read")}
          />
        )}
        <IconButton
          icon={notice.done ? "undo" : "check"}
          label={t(notice.done ? "inbox.reopen" : "inbox.done")}
          shortcut="E"
          onClick={() => onMark(notice.done ? "open" : "done")}
        />
      </div>
    </li>
  );
}

function Told({ told, quiet = false }: { told: Notice["told"][number]; quiet?: boolean }) {
  const [only, ...rest] = told.lines;
  return (
    <div className={css.told} data-quiet={quiet || undefined}>
      <p>
        {told.actor && <span className={css.actor}>{told.actor} </span>}
        {told.text}
        {only && rest.length === 0 && only.old !== null && <span className={css.was}> ({only.old})</span>}
      </p>
      {rest.length > 0 && (
        <dl className={css.values}>
          {told.lines.map((line) => (
            <div key={line.label}>
              <dt>{line.label}</dt>
              <dd>
                {line.old ?? t("inbox.none")} → {line.new ?? t("inbox.none")}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
