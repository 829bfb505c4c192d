import { useQuery } from "@tanstack/react-query";
import type { ItemRow } from "./rows";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { ErrorState, SkeletonLines, useSlow } from "../../ui/states";
import { CellContent } from "./cells";
import type { Column } from "./columns";
import css from "./item-panel.module.css";
import { pastItemQuery } from "./queries";
import { cell } from "./rows";

/** An item as it stood on the day in view. Read-only; what differs from today is marked. */
export function PastDetails({ refName, columns }: { refName: string | undefined; columns: Column[] }) {
  const { slug, lens, config } = useHere();
  const answer = useQuery({ ...pastItemQuery(slug, refName ?? "", columns, lens), enabled: refName !== undefined });
  const slow = useSlow(answer.isPending);
  if (answer.isError) return <ErrorState error={answer.error} />;
  if (!answer.data) return slow ? <SkeletonLines count={12} /> : null;
  if (answer.data.rows === 0) return <p className={css.note}>{t("past.notYet")}</p>;
  const row: ItemRow = {
    kind: "item", key: "", id: "", block: answer.data, index: 0, depth: 0, expandable: false, expanded: false,
  };
  const changed = (cell(row, "_changed") as string[] | null) ?? [];
  return (
    <>
      <h2 className={css.titleText}>{String(cell(row, "title"))}</h2>
      <dl className={css.properties}>
        {columns.slice(1).map((column) => (
          <div key={column.name} className={css.property}>
            <dt>{column.label}</dt>
            <dd data-changed={changed.includes(column.name) || undefined} title={changed.includes(column.name) ? t("past.differs") : undefined}>
              <CellContent row={row} column={column} config={config} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
