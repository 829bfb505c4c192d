import { memo } from "react";
import { t } from "../../lib/t";
import type { SortKey } from "../../lib/view";
import type { Column } from "./columns";
import type { Placed } from "./grid-row";
import css from "./grid.module.css";

interface Props {
  columns: Column[];
  placed: Placed[];
  height: number;
  sort: SortKey[];
  activeColumn: number;
  onSort: (index: number, add: boolean) => void;
}

/** Column names; a click sorts, with Shift beside the other keys of the order. */
export const GridHeader = memo(function GridHeader({ columns, placed, height, sort, activeColumn, onSort }: Props) {
  return (
    <div role="row" aria-rowindex={1} className={css.header} style={{ height }}>
      {[{ index: 0, left: 0 }, ...placed].map(({ index, left }) => {
        const column = columns[index];
        if (!column) return null;
        const key = sort.find((each) => each.field === column.name);
        const place = sort.length > 1 && key ? sort.indexOf(key) + 1 : 0;
        return (
          <div
            key={column.name}
            role="columnheader"
            aria-colindex={index + 1}
            aria-sort={key ? (key.desc ? "descending" : "ascending") : "none"}
            className={index === 0 ? css.firstHead : css.head}
            style={index === 0 ? { width: column.width } : { left, width: column.width }}
          >
            <button
              type="button"
              className={css.sort}
              data-head={index}
              data-right={column.right || undefined}
              tabIndex={activeColumn === index ? 0 : -1}
              disabled={!column.sortable}
              title={column.sortable ? t("grid.sortBy", { field: column.label }) : undefined}
              onClick={(event) => onSort(index, event.shiftKey)}
            >
              <span className={css.name}>{column.label}</span>
              {column.unit && <span className={css.unit}>{column.unit}</span>}
              {key && (
                <span className={css.arrow} aria-hidden="true">
                  {key.desc ? "↓" : "↑"}
                  {place > 0 && place}
                </span>
              )}
            </button>
          </div>
        );
      })}
    </div>
  );
});
