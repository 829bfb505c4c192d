import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Config } from "../../api/types";
import { commandFor, pressed } from "../../lib/keys";
import { t } from "../../lib/t";
import type { SortKey } from "../../lib/view";
import type { Column } from "./columns";
import { GridHeader } from "./grid-header";
import { GridRow, type Placed } from "./grid-row";
import css from "./grid.module.css";
import { type Active, HEADER, move } from "./moves";
import { type ItemRow, type Row, cell } from "./rows";

/**
 * Rows that leave the screen lend their elements to those that enter it. The active row has one of its own, which
 * keeps the focus and an open editor whatever moves around it.
 */
const OVERSCAN = 8;

interface Props {
  rows: Row[];
  columns: Column[];
  config: Config;
  rowHeight: number;
  sort: SortKey[];
  selectedId: string | undefined;
  readOnly: boolean;
  flash: ReadonlyMap<string, ReadonlySet<string>>;
  onSort: (field: string, add: boolean) => void;
  onToggle: (key: string, expanded: boolean) => void;
  onOpen: (row: ItemRow) => void;
  onClosePanel: () => void;
  onEdit: (row: ItemRow, column: Column, value: unknown) => void;
  /** The last row on screen, so that more can be fetched before it is reached. */
  onReach: (index: number) => void;
}

/** The portfolio as a treegrid: virtual in both directions, plain HTML cells, one focus that arrows move. */
export function Grid(props: Props) {
  const { rows, columns, rowHeight, selectedId, readOnly } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActiveCell] = useState<Active & { key?: string | undefined }>({ row: 0, column: 0 });
  const [editing, setEditing] = useState(false);
  const setActive = (next: Active) => setActiveCell({ ...next, key: rows[next.row]?.key });
  const at = { row: rowOf(active, rows), column: Math.min(active.column, columns.length - 1) };

  const slots = useRef(64);
  const vertical = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    paddingStart: rowHeight,
    rangeExtractor: useCallback((range: Range) => withIndex(slotsFrom(range, slots.current), range.count, at.row), [at.row]),
  });
  const horizontal = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => columns[index]?.width ?? 0,
    overscan: 2,
    rangeExtractor: useCallback((range: Range) => withIndex(defaultRangeExtractor(range), range.count, at.column), [at.column]),
  });
  useEffect(() => vertical.measure(), [vertical, rowHeight]);
  useEffect(() => horizontal.measure(), [horizontal, columns]);

  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const visible = horizontal.getVirtualItems();
  const placedKey = visible.map((item) => `${item.index}@${item.start}`).join(" ");
  const placed = useMemo<Placed[]>(
    () =>
      placedKey
        .split(" ")
        .filter(Boolean)
        .map((words) => words.split("@").map(Number) as [number, number])
        .filter(([index]) => index > 0)
        .map(([index, left]) => ({ index, left })),
    [placedKey],
  );

  slots.current = Math.ceil((vertical.scrollRect?.height ?? 0) / rowHeight) + 1 + 2 * OVERSCAN;
  const items = vertical.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { onReach } = props;
  useEffect(() => onReach(last), [last, onReach]);

  function focus(next: Active) {
    setActive(next);
    setEditing(false);
    if (next.row !== HEADER) vertical.scrollToIndex(next.row);
    revealColumn(scroller.current, columns, next.column);
    window.requestAnimationFrame(() => cellAt(scroller.current, next)?.focus({ preventScroll: true }));
  }
  function startEdit(target: Active): boolean {
    const row = rows[target.row];
    const column = columns[target.column];
    if (readOnly || row?.kind !== "item" || !column?.editor) return false;
    setActive(target);
    setEditing(true);
    return true;
  }
  function openAt(target: Active) {
    const row = rows[target.row];
    if (row?.kind === "item") props.onOpen(row);
    else if (row?.kind === "group") props.onToggle(row.key, !row.expanded);
  }

  const finish = useRef<(back: boolean) => void>(() => undefined);
  finish.current = () => {
    setEditing(false);
    window.requestAnimationFrame(() => cellAt(scroller.current, at)?.focus({ preventScroll: true }));
  };
  const edit = useRef(props.onEdit);
  edit.current = props.onEdit;
  const handleSave = useCallback((row: ItemRow, column: Column, value: unknown) => {
    finish.current(true);
    if (JSON.stringify(value) !== JSON.stringify(cell(row, column.name) ?? null)) edit.current(row, column, value);
  }, []);
  const handleCancel = useCallback(() => finish.current(true), []);

  function handleKey(event: KeyboardEvent) {
    if (editing || event.altKey) return;
    const command = commandFor("grid", pressed(event));
    if (!command) return;
    const row = rows[at.row];
    if (command === "close") props.onClosePanel();
    else if (command === "open") openAt(at);
    else if (command === "edit" && at.row === HEADER) props.onSort(columns[at.column]?.name ?? "", event.shiftKey);
    else if (command === "edit") {
      if (!startEdit(at)) openAt(at);
    } else if (command === "right" && at.column === 0 && isClosed(row)) props.onToggle(row.key, true);
    else if (command === "left" && at.column === 0 && isOpen(row)) props.onToggle(row.key, false);
    else focus(move(command, at, rows, columns.length, Math.floor((scroller.current?.clientHeight ?? 320) / rowHeight) - 2));
    event.preventDefault();
  }

  // The press itself moves the focus: only a cell that had it before is edited by a click.
  const focusedBefore = useRef(false);
  function handleMouseDown() {
    focusedBefore.current = cellAt(scroller.current, at) === document.activeElement;
  }
  function handleClick(event: MouseEvent) {
    const target = event.target as Element;
    const hit = positionOf(target);
    if (!hit || target.closest("input")) return;
    const row = rows[hit.row];
    if (target.closest("[data-toggle]") && row && row.kind !== "gap") {
      props.onToggle(row.key, !row.expanded);
      setActive(hit);
    } else if (target.closest("[data-open]") || (row?.kind === "group" && hit.column === 0)) {
      setActive(hit);
      openAt(hit);
    } else if (at.row === hit.row && at.column === hit.column && !editing && event.detail === 1 && focusedBefore.current) {
      startEdit(hit);
    } else if (!editing || at.row !== hit.row || at.column !== hit.column) {
      focus(hit);
      if (selectedId !== undefined && row?.kind === "item") props.onOpen(row);
    }
  }
  function handleDoubleClick(event: MouseEvent) {
    const hit = positionOf(event.target as Element);
    if (hit && !startEdit(hit)) openAt(hit);
  }

  return (
    <div
      ref={scroller}
      role="treegrid"
      aria-label={t("grid.label")}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-readonly={readOnly}
      tabIndex={-1}
      className={css.scroller}
      data-aside={(horizontal.scrollOffset ?? 0) > 0 || undefined}
      data-testid="grid"
      onKeyDown={handleKey}
      onMouseDownCapture={handleMouseDown}
      onClick={handleClick}
      onDoubleClick={handleDoubleClick}
    >
      <div role="presentation" style={{ height: vertical.getTotalSize(), width, minWidth: "100%", position: "relative" }}>
        <GridHeader
          columns={columns}
          placed={placed}
          height={rowHeight}
          sort={props.sort}
          activeColumn={at.row === HEADER ? at.column : -1}
          onSort={(index, add) => {
            setActive({ row: HEADER, column: index });
            props.onSort(columns[index]?.name ?? "", add);
          }}
        />
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const on = item.index === at.row;
          return (
            <GridRow
              key={on ? "active" : item.index % slots.current}
              row={row}
              rowIndex={item.index}
              top={item.start}
              height={rowHeight}
              columns={columns}
              placed={placed}
              config={props.config}
              activeColumn={on ? at.column : -1}
              editingColumn={on && editing ? at.column : -1}
              selected={row.kind === "item" && row.id === selectedId}
              readOnly={readOnly}
              flash={row.kind === "item" ? props.flash.get(row.id) : undefined}
              onSave={handleSave}
              onCancel={handleCancel}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The active row follows its item when others come and go above it. */
function rowOf(active: Active & { key?: string | undefined }, rows: readonly Row[]): number {
  if (active.key !== undefined && rows[active.row]?.key !== active.key) {
    const found = rows.findIndex((row) => row.key === active.key);
    if (found >= 0) return found;
  }
  return Math.min(active.row, rows.length - 1);
}

/** Always as many rows as there are slots, or those that leave could not lend theirs. */
function slotsFrom(range: Range, slots: number): number[] {
  const first = Math.max(0, Math.min(range.startIndex - OVERSCAN, range.count - slots));
  return Array.from({ length: Math.min(slots, range.count) }, (_, at) => first + at);
}

function withIndex(indexes: number[], count: number, index: number): number[] {
  if (index < 0 || index >= count || indexes.includes(index)) return indexes;
  return [...indexes, index].sort((a, b) => a - b);
}

const isClosed = (row: Row | undefined): row is Exclude<Row, { kind: "gap" }> =>
  row !== undefined && row.kind !== "gap" && !row.expanded && (row.kind === "group" || row.expandable);
const isOpen = (row: Row | undefined): row is Exclude<Row, { kind: "gap" }> =>
  row !== undefined && row.kind !== "gap" && row.expanded;

function positionOf(target: Element): Active | null {
  const row = target.closest<HTMLElement>("[data-row]")?.dataset.row;
  const column = target.closest<HTMLElement>("[data-column]")?.dataset.column;
  return row === undefined ? null : { row: Number(row), column: Number(column ?? 0) };
}

function cellAt(scroller: HTMLElement | null, { row, column }: Active): HTMLElement | null | undefined {
  if (row === HEADER) return scroller?.querySelector<HTMLElement>(`[data-head="${column}"]`);
  return scroller?.querySelector<HTMLElement>(`[data-row="${row}"] [data-column="${column}"]`);
}

function revealColumn(scroller: HTMLElement | null, columns: Column[], index: number) {
  if (!scroller || index === 0) return;
  const left = columns.slice(0, index).reduce((sum, column) => sum + column.width, 0);
  const right = left + (columns[index]?.width ?? 0);
  const pinned = columns[0]?.width ?? 0;
  if (right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right - scroller.clientWidth;
  else if (left < scroller.scrollLeft + pinned) scroller.scrollLeft = left - pinned;
}
