import { useInfiniteQuery } from "@tanstack/react-query";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { Button } from "../../ui/button";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import css from "./imports.module.css";
import { type Decision, type ListName, type Row, rowsQuery } from "./queries";

interface Props {
  importId: string;
  which: ListName;
  /** The step whose rows these are, so that a new run is not shown with the rows of the last. */
  run: string;
  field?: string;
  onDecide?: (decision: Decision) => void;
}

/** Rows of the files, and what each would do or did, page by page. */
export function RowsList({ importId, which, run, field = "", onDecide }: Props) {
  const { slug } = useHere();
  const rows = useInfiniteQuery(rowsQuery(slug, importId, which, run, field));
  const slow = useSlow(rows.isPending);
  if (rows.isError) return <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />;
  if (!rows.data) return slow ? <SkeletonLines count={6} height={44} /> : null;
  const all = rows.data.pages.flatMap((page) => page.rows);
  if (all.length === 0) return <p className={css.muted}>{t("imports.nothingHere")}</p>;
  return (
    <>
      <ol className={css.rows}>
        {all.map((row) => (
          <Line key={row.id} row={row} {...(onDecide ? { onDecide } : {})} />
        ))}
      </ol>
      {rows.hasNextPage && (
        <Button disabled={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          {t("imports.more")}
        </Button>
      )}
    </>
  );
}

function Line({ row, onDecide }: { row: Row; onDecide?: (decision: Decision) => void }) {
  return (
    <li className={css.row}>
      <div className={css.rowHead}>
        {row.row > 0 && <span className={css.rowPlace}>{t("imports.rowNumber", { row: row.row })}</span>}
        <span className={css.rowTitle}>{row.title || row.key}</span>
        {row.key && row.key !== row.title && <span className={css.muted}>{row.key}</span>}
      </div>
      {row.problem && <p className={css.bad}>{row.problem}</p>}
      {onDecide && row.candidates.length > 0 && <Decide row={row} onDecide={onDecide} />}
      {row.changes.length > 0 && row.action !== "ask" && (
        <ul className={css.changes}>
          {row.changes.map((change) => (
            <li key={change.field} data-conflict={change.conflict || undefined} data-kept={change.kept || undefined}>
              <span className={css.changeField}>{change.label}</span>
              {change.kept ? (
                <span>{t("imports.kept", { value: change.here ?? t("imports.nothing"), file: change.file ?? t("imports.nothing") })}</span>
              ) : (
                <span>
                  <strong>{change.file ?? t("imports.nothing")}</strong>
                  {change.here !== null && <span className={css.was}> {t("imports.from", { value: change.here })}</span>}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {row.marks.map((mark) => (
        <p key={mark.field} className={css.mark}>
          {t("imports.mark", { field: mark.field, raw: mark.raw, why: mark.why.replaceAll("_", " ") })}
        </p>
      ))}
    </li>
  );
}

function Decide({ row, onDecide }: { row: Row; onDecide: (decision: Decision) => void }) {
  const isNew = row.action === "create";
  return (
    <div className={css.decide} role="group" aria-label={row.title}>
      {row.candidates.map((one) => (
        <button
          key={one.id}
          type="button"
          aria-pressed={row.chosen === one.id}
          onClick={() => onDecide({ row: row.row, choice: "match", record_id: one.id })}
        >
          {t("imports.same", { ref: one.ref, title: one.title })}
          {one.area && <span className={css.muted}> {one.area}</span>}
        </button>
      ))}
      <button type="button" aria-pressed={isNew} onClick={() => onDecide({ row: row.row, choice: "new", record_id: null })}>
        {t("imports.isNew")}
      </button>
      <button
        type="button"
        aria-pressed={row.action === "reject"}
        onClick={() => onDecide({ row: row.row, choice: "skip", record_id: null })}
      >
        {t("imports.skip")}
      </button>
    </div>
  );
}
