import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useRef, useState } from "react";
import { useHere } from "../../api/workspace";
import { commandFor, pressed } from "../../lib/keys";
import { type Message, t } from "../../lib/t";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import { byDay } from "./days";
import css from "./inbox.module.css";
import { NoticeLine } from "./notice-line";
import { countsQuery, inboxQuery, type Notice, type Show, useMark } from "./queries";
import { WhyDetails } from "./why";

const TABS: { show: Show; label: Message; empty: Message }[] = [
  { show: "open", label: "inbox.open", empty: "inbox.emptyOpen" },
  { show: "unread", label: "inbox.unread", empty: "inbox.emptyUnread" },
  { show: "done", label: "inbox.done", empty: "inbox.emptyDone" },
];

/** Everything that somebody is told, newest first, one line for what happened to one record. `asked` is a line whose why is open. */
export function Inbox({ asked }: { asked?: string | undefined }) {
  const { slug, config } = useHere();
  const navigate = useNavigate();
  const [show, setShow] = useState<Show>("open");
  const [kind, setKind] = useState("");
  const [why, setWhy] = useState(asked ?? "");
  const list = useRef<HTMLDivElement>(null);
  const inbox = useInfiniteQuery(inboxQuery(slug, show, kind));
  const { data: counts } = useQuery(countsQuery(slug));
  const slow = useSlow(inbox.isPending);
  const mark = useMark();
  const notices = inbox.data?.pages.flatMap((page) => page.notices) ?? [];
  const days = byDay(notices, config.workspace.timezone);
  const empty = TABS.find((tab) => tab.show === show)?.empty ?? "inbox.emptyOpen";

  const open = (notice: Notice) => {
    if (!notice.read) mark.mutate({ done_with: "read", ids: [notice.id] });
    void navigate({ href: `/w/${slug}${notice.path}` });
  };
  const all = (done_with: "read" | "done") =>
    mark.mutate({ done_with, ...(kind ? { kind } : {}), ...(notices[0] ? { until: notices[0].last_at } : {}) });

  function handleKey(event: KeyboardEvent) {
    const lines = [...(list.current?.querySelectorAll<HTMLElement>("[data-notice]") ?? [])];
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-notice]") : null;
    const notice = notices.find((each) => each.id === line?.dataset.notice);
    const command = commandFor("inbox", pressed(event));
    if (event.target !== line || !line || !notice || !command) return;
    event.preventDefault();
    const at = lines.indexOf(line);
    if (command === "down") lines[at + 1]?.focus();
    else if (command === "up") lines[at - 1]?.focus();
    else if (command === "open") open(notice);
    else if (command === "why") setWhy(why === notice.id ? "" : notice.id);
    else if (command === "unread") mark.mutate({ done_with: notice.read ? "unread" : "read", ids: [notice.id] });
    else if (command === "done") {
      (lines[at + 1] ?? lines[at - 1])?.focus();
      mark.mutate({ done_with: notice.done ? "open" : "done", ids: [notice.id] });
    }
  }

  return (
    <>
      <div className={css.bar}>
        <div className={css.tabs} role="group" aria-label={t("inbox.show")}>
          {TABS.map((tab) => (
            <button key={tab.show} type="button" className={css.tab} aria-pressed={show === tab.show} onClick={() => setShow(tab.show)}>
              {t(tab.label)}
              {tab.show === "unread" && counts && counts.unread > 0 && <span className={css.number}>{counts.unread}</span>}
            </button>
          ))}
        </div>
        <select className={css.kind} aria-label={t("inbox.kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="">{t("inbox.allKinds")}</option>
          {counts?.kinds.map((each) => (
            <option key={each.kind} value={each.kind}>
              {each.unread > 0 ? `${each.label} (${each.unread})` : each.label}
            </option>
          ))}
        </select>
        <span className={css.spacer} />
        {show !== "done" && (
          <>
            <Button tone="quiet" disabled={notices.every((each) => each.read)} onClick={() => all("read")}>
              {t("inbox.markAllRead")}
            </Button>
            <Button tone="quiet" disabled={notices.length === 0} onClick={() => all("done")}>
              {t("inbox.markAllDone")}
            </Button>
          </>
        )}
        <Link to="/w/$workspace/settings/$place" params={{ workspace: slug, place: "notices" }} className={css.preferences ?? ""}>
          {t("inbox.preferences")}
        </Link>
      </div>
      {asked && !notices.some((each) => each.id === asked) && inbox.isSuccess && (
        <section className={css.asked} aria-label={t("inbox.why")}>
          <WhyDetails id={asked} />
        </section>
      )}
      {inbox.isError && <ErrorState error={inbox.error} onRetry={() => void inbox.refetch()} />}
      {slow && <SkeletonLines count={6} height={64} />}
      {inbox.isSuccess && notices.length === 0 && <EmptyState title={t("inbox.emptyTitle")} text={t(empty)} />}
      {/* The lines inside take the focus; keys bubble up to here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div ref={list} onKeyDown={handleKey}>
        {days.map(({ day, label, notices: lines }) => (
          <section key={day} className={css.day}>
            <h2 className={css.date}>{label}</h2>
            <ul className={css.lines}>
              {lines.map((notice) => (
                <NoticeLine
                  key={notice.id}
                  notice={notice}
                  why={why === notice.id}
                  onWhy={() => setWhy(why === notice.id ? "" : notice.id)}
                  onOpen={() => open(notice)}
                  onMark={(done_with) => mark.mutate({ done_with, ids: [notice.id] })}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {inbox.hasNextPage && (
        <Button disabled={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
          {t("inbox.more")}
        </Button>
      )}
    </>
  );
}
