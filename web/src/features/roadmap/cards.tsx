import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { Config } from "../../api/types";
import { t } from "../../lib/t";
import { Icon } from "../../ui/icons";
import css from "./cards.module.css";
import { CellContent, isMissing } from "./cells";
import type { Column } from "./columns";
import { type ItemRow, type Row, cell } from "./rows";

interface Props {
  rows: Row[];
  columns: Column[];
  config: Config;
  onToggle: (key: string, expanded: boolean) => void;
  onOpen: (row: ItemRow) => void;
  onReach: (index: number) => void;
}

const FACTS = ["phase", "health", "timeframe"];
const CARD = 84;
const HEADING = 44;

/** The grid on a phone: one card per item with what matters most; a tap opens the rest. */
export function Cards({ rows, columns, config, onToggle, onOpen, onReach }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === "group" ? HEADING : CARD),
    overscan: 6,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onReach(last), [last, onReach]);
  const facts = FACTS.flatMap((name) => columns.find((column) => column.name === name) ?? []);

  return (
    <div ref={scroller} className={css.scroller} role="treegrid" aria-label={t("grid.label")} aria-rowcount={rows.length}>
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 1}
              aria-level={row.depth + 1}
              aria-expanded={row.kind === "gap" || (row.kind === "item" && !row.expandable) ? undefined : row.expanded}
              className={css.card}
              style={{ transform: `translateY(${item.start}px)`, height: item.size, paddingLeft: 8 + Math.min(row.depth, 4) * 14 }}
            >
              {row.kind === "gap" && <div role="gridcell" className={css.gap} />}
              {row.kind === "item" && !row.expandable && <span className={css.leaf} />}
              {row.kind !== "gap" && (row.kind === "group" || row.expandable) && (
                <div role="gridcell" className={css.twistCell}>
                  <button
                    type="button"
                    className={css.twist}
                    data-expanded={row.expanded || undefined}
                    aria-label={t(row.expanded ? "grid.collapse" : "grid.expand")}
                    onClick={() => onToggle(row.key, !row.expanded)}
                  >
                    <Icon name="chevronRight" />
                  </button>
                </div>
              )}
              {row.kind === "group" && (
                <div role="gridcell" className={css.heading}>
                  {row.label || t("group.none")}
                </div>
              )}
              {row.kind === "item" && <Card row={row} facts={facts} config={config} onOpen={onOpen} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Card({ row, facts, config, onOpen }: { row: ItemRow; facts: Column[]; config: Config; onOpen: Props["onOpen"] }) {
  const title = String(cell(row, "title") ?? "");
  const differs = ((cell(row, "_changed") as string[] | null)?.length ?? 0) > 0;
  const shown = facts.filter((column) => !isMissing(cell(row, column.name), column.kind) || column.also.some((name) => cell(row, name)));
  return (
    <div role="gridcell" className={css.cell}>
      <button type="button" className={css.open} data-differs={differs || undefined} onClick={() => onOpen(row)}>
        <span className={css.title} title={title}>
          {title}
        </span>
        <span className={css.facts}>
          <span className={css.ref}>{String(cell(row, "ref") ?? "")}</span>
          {shown.map((column) => (
            <span key={column.name} className={css.fact}>
              <CellContent row={row} column={column} config={config} />
            </span>
          ))}
        </span>
      </button>
    </div>
  );
}
