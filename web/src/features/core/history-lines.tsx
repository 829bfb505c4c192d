import { useInfiniteQuery } from "@tanstack/react-query";
import type { HistoryLine } from "../../api/types";
import { useHere } from "../../api/workspace";
import { formatAgo, formatDay, formatInstant, isDay } from "../../lib/dates";
import { type Message, t } from "../../lib/t";
import { formatPoint } from "../../lib/timeframe";
import type { Told } from "../../lib/told";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./history-lines.module.css";
import { historyQuery, useUndo } from "./queries";

interface Props {
  entity: "item";
  id: string;
  /** What people call a field of the record. */
  labelOf: (field: string) => string;
  /** A value in words, where the field has words of its own; null elsewhere. */
  wordsOf: (field: string, value: unknown) => string | null;
  /** A line in words where it is about a part of the record; null where it is about the record itself. */
  tellPart: (line: HistoryLine) => Told[] | null;
}

/** Everything that ever happened to one record and its parts, newest first: who, from where, why, and each value before and after. */
export function HistoryLines({ entity, id, labelOf, wordsOf, tellPart }: Props) {
  const { slug, canEdit } = useHere();
  const history = useInfiniteQuery(historyQuery(slug, entity, id));
  const undo = useUndo();
  const slow = useSlow(history.isPending);
  if (history.isError) return <ErrorState error={history.error} onRetry={() => void history.refetch()} />;
  if (!history.data) return slow ? <SkeletonLines count={8} height={56} /> : null;
  const lines = history.data.pages.flatMap((page) => page.lines);
  if (lines.length === 0) return <EmptyState title={t("history.emptyTitle")} text={t("history.emptyText")} />;
  return (
    <>
      <ol className={css.lines}>
        {together(lines).map((group) => (
          <Entry
            key={group[0].seq}
            lines={group}
            labelOf={labelOf}
            wordsOf={wordsOf}
            tellPart={tellPart}
            onUndo={canEdit && !group[0].undone ? () => undo.mutate({ kind: "change-set", id: group[0].change_set_id }) : undefined}
          />
        ))}
      </ol>
      {history.hasNextPage && (
        <Button tone="quiet" disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t("history.more")}
        </Button>
      )}
    </>
  );
}

/** Entries that were true long before we learned of them came with an import. */
const isImported = (line: HistoryLine) => line.backfill || line.origin === "import";

const OPS: Record<string, Message> = { I: "history.created", D: "history.deleted", P: "history.purged" };

type Group = [HistoryLine, ...HistoryLine[]];

/** What one person did at once is one entry. Imports tell of many days in one change set, so the time counts too. */
function together(lines: HistoryLine[]): Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    const same = last && last[0].change_set_id === line.change_set_id && last[0].at === line.at && last[0].undone === line.undone;
    if (same) last.push(line);
    else groups.push([line]);
  }
  return groups;
}

interface EntryProps extends Pick<Props, "labelOf" | "wordsOf" | "tellPart"> {
  lines: Group;
  onUndo: (() => void) | undefined;
}

function Entry({ lines, labelOf, wordsOf, tellPart, onUndo }: EntryProps) {
  const [line] = lines;
  const imported = isImported(line);
  const parts = lines.flatMap((each) => (tellPart(each) ?? []).map((told) => <PartChange key={`${each.seq} ${told.what}`} told={told} />));
  return (
    <li className={css.line} data-undone={line.undone || undefined} data-imported={imported || undefined}>
      <div className={css.who}>
        <span className={css.actor}>{line.actor?.name || t("history.unknownActor")}</span>
        <time className={css.time} dateTime={line.at} title={whenHint(line, imported)}>
          {imported ? formatDay(line.at.slice(0, 10)) : formatAgo(line.at)}
        </time>
        <span className={css.spacer} />
        {onUndo && (
          <button type="button" className={css.undo} onClick={onUndo}>
            {t("history.undo")}
          </button>
        )}
      </div>
      <p className={css.from}>
        <span>{originWords(line)}</span>
        {imported && <span className={css.badge}>{t("history.imported")}</span>}
        {line.undone && <span className={css.badge}>{t("history.undone")}</span>}
        {causeWords(line) && <span>{causeWords(line)}</span>}
      </p>
      {line.note && <p className={css.note}>{line.note}</p>}
      {lines.filter((each) => tellPart(each) === null).map((each) => <OwnChange key={each.seq} line={each} labelOf={labelOf} wordsOf={wordsOf} />)}
      {parts.length > 0 && <ul className={css.changes}>{parts}</ul>}
    </li>
  );
}

const Became = () => (
  <>
    <span aria-hidden="true" className={css.arrow}>
      →
    </span>
    <span className="visually-hidden">{t("history.became")}</span>
  </>
);

function PartChange({ told }: { told: Told }) {
  return (
    <li className={css.part}>
      <span className={css.what}>{told.is === undefined ? told.what : `${told.what}:`}</span>{" "}
      {told.was !== undefined && (
        <>
          <del>{told.was}</del>
          <Became />
        </>
      )}
      {told.is !== undefined && <ins>{told.is}</ins>}
      {told.did}
    </li>
  );
}

function OwnChange({ line, labelOf, wordsOf }: Pick<Props, "labelOf" | "wordsOf"> & { line: HistoryLine }) {
  const op = OPS[line.op];
  const fields = gathered(Object.entries(line.fields ?? {}));
  return (
    <>
      {op && <p className={css.op}>{t(op)}</p>}
      <ul className={css.changes}>
        {fields.slice(0, op ? 4 : 40).map(([field, change]) => (
          <li key={field} className={css.change}>
            <span className={css.field}>{labelOf(field)}</span>
            <span className={css.values}>
              {line.op !== "I" && (
                <>
                  <del>{words(change.old, change.old_label ?? wordsOf(field, change.old))}</del>
                  <Became />
                </>
              )}
              <ins>{words(change.new, change.new_label ?? wordsOf(field, change.new))}</ins>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

type Change = HistoryLine["fields"][string];

/** A day and its precision change together: shown as one thing, as precise as it is. */
function gathered(entries: [string, Change][]): [string, Change][] {
  const all = new Map(entries);
  return entries.flatMap(([field, change]): [string, Change][] => {
    if (field.endsWith("_precision") && all.has(field.replace("_precision", "_on"))) return [];
    if (!field.endsWith("_on")) return [[field, change]];
    const precision = all.get(field.replace("_on", "_precision"));
    const point = (day: unknown, exact: unknown) =>
      typeof day === "string" && isDay(day) ? formatPoint(day, typeof exact === "string" ? exact : "day") : null;
    return [
      [
        field,
        {
          ...change,
          old_label: change.old_label ?? point(change.old, precision?.old),
          new_label: change.new_label ?? point(change.new, precision?.new),
        },
      ],
    ];
  });
}

function words(value: unknown, label: string | null | undefined): string {
  if (label) return label;
  if (value === null || value === undefined || value === "") return "—";
  if (Array.isArray(value)) return value.length === 0 ? "—" : value.map(String).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  const text = String(value);
  if (isDay(text)) return formatDay(text);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

const ORIGINS: Record<string, Message> = {
  ui: "origin.ui", api: "origin.api", cli: "origin.cli", import: "origin.import", sync: "origin.sync", planner: "origin.planner",
  automation: "origin.automation", agent: "origin.agent", system: "origin.system",
};

const originWords = (line: HistoryLine) => t(ORIGINS[line.origin] ?? "origin.system");

function causeWords(line: HistoryLine): string {
  const cause = line.cause ?? {};
  const text = cause.label ?? cause.title ?? cause.file ?? cause.source ?? cause.kind;
  return typeof text === "string" ? text : "";
}

function whenHint(line: HistoryLine, imported: boolean): string {
  const at = formatInstant(line.at);
  return imported ? t("history.trueAndLearned", { at, learned: formatInstant(line.recorded_at) }) : at;
}
