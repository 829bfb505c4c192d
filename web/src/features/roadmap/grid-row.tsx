import { memo, type ReactNode } from "react";
import type { Config } from "../../api/types";
import { plural, t } from "../../lib/t";
import { formatNumber } from "../../lib/format";
import { Icon } from "../../ui/icons";
import { CellEditor } from "./cell-editor";
import { CellContent } from "./cells";
import type { Column } from "./columns";
import css from "./grid.module.css";
import { type GroupRow, type ItemRow, type Row, cell } from "./rows";

export interface Placed {
  index: number;
  left: number;
}

interface Props {
  row: Row;
  rowIndex: number;
  top: number;
  height: number;
  columns: Column[];
  /** The columns on screen besides the first, which is always there. */
  placed: Placed[];
  config: Config;
  activeColumn: number;
  editingColumn: number;
  selected: boolean;
  readOnly: boolean;
  flash: ReadonlySet<string> | undefined;
  onSave: (row: ItemRow, column: Column, value: unknown) => void;
  onCancel: () => void;
}

const INDENT = 20;

/** One row. Clicks and keys are handled by the grid, by the data attributes here: ten thousand rows, one handler. */
export const GridRow = memo(function GridRow(props: Props) {
  const { row, rowIndex, top, height } = props;
  const place = { transform: `translateY(${top}px)`, height };
  if (row.kind === "gap") {
    return (
      <div role="row" aria-rowindex={rowIndex + 2} className={css.row} style={place}>
        <div role="gridcell" className={css.gap} style={{ marginLeft: 88 + row.depth * INDENT }}>
          <span className="visually-hidden">{t("grid.loading")}</span>
        </div>
      </div>
    );
  }
  return row.kind === "group" ? <GroupLine {...props} row={row} /> : <ItemLine {...props} row={row} />;
});

function ItemLine(props: Props & { row: ItemRow }) {
  const { row, rowIndex, top, height, columns, placed, selected } = props;
  const changed = cell(row, "_changed") as string[] | null | undefined;
  const gone = cell(row, "_deleted") === true;
  return (
    <div
      role="row"
      aria-rowindex={rowIndex + 2}
      aria-level={row.depth + 1}
      aria-expanded={row.expandable ? row.expanded : undefined}
      aria-selected={selected}
      className={css.row}
      data-row={rowIndex}
      data-selected={selected || undefined}
      data-differs={(changed?.length ?? 0) > 0 || gone || undefined}
      data-gone={gone || undefined}
      data-context={cell(row, "matched") === false || undefined}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <Cell {...props} index={0} left={0} changed={changed?.includes("title") === true}>
        <TitleCell row={row} gone={gone} />
      </Cell>
      {placed.map(({ index, left }) => {
        const column = columns[index];
        if (!column) return null;
        return (
          <Cell key={column.name} {...props} index={index} left={left} changed={changed?.includes(column.name) === true}>
            <CellContent row={row} column={column} config={props.config} />
            {column.watched && isStale(row, column) && <StaleDot />}
          </Cell>
        );
      })}
    </div>
  );
}

function TitleCell({ row, gone }: { row: ItemRow; gone: boolean }) {
  const title = String(cell(row, "title") ?? "");
  return (
    <>
      <button type="button" tabIndex={-1} className={css.ref} data-open={row.id}>
        {String(cell(row, "ref") ?? "")}
      </button>
      <span className={css.indent} style={{ width: row.depth * INDENT }} />
      {row.expandable ? <Twist expanded={row.expanded} /> : <span className={css.leaf} />}
      <span className={css.title} data-root={(row.depth === 0 && row.expandable) || undefined} title={title}>
        {title}
      </span>
      {gone && <span className={css.gone}>{t("past.deletedSince")}</span>}
      <button type="button" tabIndex={-1} className={css.open} data-open={row.id} aria-label={t("grid.open")}>
        <Icon name="collapse" size={14} />
      </button>
    </>
  );
}

function Twist({ expanded }: { expanded: boolean }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={css.twist}
      data-toggle
      data-expanded={expanded || undefined}
      aria-label={t(expanded ? "grid.collapse" : "grid.expand")}
    >
      <Icon name="chevronRight" size={14} />
    </button>
  );
}

interface CellProps extends Props {
  row: ItemRow;
  index: number;
  left: number;
  changed: boolean;
  children: ReactNode;
}

function Cell({ row, columns, index, left, changed, activeColumn, editingColumn, readOnly, flash, onSave, onCancel, children }: CellProps) {
  const column = columns[index];
  if (!column) return null;
  const editing = editingColumn === index;
  const editable = column.editor !== null && !readOnly;
  return (
    <div
      role={index === 0 ? "rowheader" : "gridcell"}
      aria-colindex={index + 1}
      aria-readonly={!editable}
      tabIndex={activeColumn === index ? 0 : -1}
      className={index === 0 ? css.first : css.cell}
      data-column={index}
      data-right={column.right || undefined}
      data-editable={editable || undefined}
      data-flash={flash?.has(column.name) || undefined}
      data-changed={changed || undefined}
      title={changed ? t("past.differs") : undefined}
      style={index === 0 ? { width: column.width } : { left, width: column.width }}
    >
      {editing && column.editor !== "text" && column.editor !== "number" && column.editor !== "date" && children}
      {editing ? (
        <CellEditor key={`${row.key} ${column.name}`} column={column} value={cell(row, column.name)} onSave={(value) => onSave(row, column, value)} onClose={onCancel} />
      ) : (
        children
      )}
    </div>
  );
}

function GroupLine({ row, rowIndex, top, height, columns, placed, activeColumn }: Props & { row: GroupRow }) {
  return (
    <div
      role="row"
      aria-rowindex={rowIndex + 2}
      aria-level={row.depth + 1}
      aria-expanded={row.expanded}
      className={`${css.row} ${css.group}`}
      data-row={rowIndex}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        tabIndex={activeColumn === 0 ? 0 : -1}
        className={css.first}
        data-column={0}
        style={{ width: columns[0]?.width }}
      >
        <span className={css.indent} style={{ width: row.depth * INDENT }} />
        <Twist expanded={row.expanded} />
        <span className={css.heading} title={row.label}>
          {row.label || t("group.none")}
        </span>
        <span className={css.count}>{plural("grid.countOne", "grid.countMany", Number(row.totals.count ?? 0))}</span>
      </div>
      {placed.map(({ index, left }) => {
        const column = columns[index];
        const total = column ? row.totals[`sum.${column.name}`] : undefined;
        return (
          <div
            key={column?.name}
            role="gridcell"
            aria-colindex={index + 1}
            tabIndex={activeColumn === index ? 0 : -1}
            className={css.cell}
            data-column={index}
            data-right={column?.right || undefined}
            style={{ left, width: column?.width }}
          >
            {typeof total === "number" && (
              <span className={css.total}>
                <span aria-hidden="true">Σ </span>
                {formatNumber(total)}
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}

const isStale = (row: ItemRow, column: Column) => ((cell(row, "stale") as string[] | null) ?? []).includes(column.name);

/** Nobody has looked at this value for too long; the panel has the click that says it is still true. */
function StaleDot() {
  return (
    <span className={css.stale} title={t("rules.stale")}>
      <span className="visually-hidden">{t("rules.staleShort")}</span>
    </span>
  );
}
