import type { Answer } from "../../api/types";

export interface ItemRow {
  kind: "item";
  /** Unique among the rows on screen; an item may stand under several values of a dimension. */
  key: string;
  id: string;
  block: Answer;
  index: number;
  depth: number;
  expandable: boolean;
  expanded: boolean;
}

/** A heading: a group, or an area or value of the tree's axis. */
export interface GroupRow {
  kind: "group";
  key: string;
  label: string;
  totals: Record<string, number | null>;
  depth: number;
  expanded: boolean;
}

/** A place kept for a row that is still on its way. */
export interface GapRow {
  kind: "gap";
  key: string;
  depth: number;
}

export type Row = ItemRow | GroupRow | GapRow;

/** What a person opened or closed by hand, over what is open by itself. */
export type Toggled = ReadonlyMap<string, boolean>;

/** Levels that are open until somebody closes them. */
const OPEN_DEPTH = 2;
/** The node under which the rows without a value stand, in the words of the server. */
const NO_VALUE = "none";

export function cell(row: ItemRow, column: string): unknown {
  return row.block.columns[column]?.[row.index];
}

export interface TreeRows {
  rows: Row[];
  /** Open parents whose children have not been asked for yet. */
  wanted: string[];
}

/** The visible rows of a tree that came in pre-order, leaving out what lies under a closed parent. */
export function treeRows(block: Answer, children: ReadonlyMap<string, Answer>, toggled: Toggled): TreeRows {
  const found: TreeRows = { rows: [], wanted: [] };
  appendBlock(found, block, 0, "", children, toggled);
  return found;
}

function appendBlock(
  found: TreeRows,
  block: Answer,
  base: number,
  prefix: string,
  children: ReadonlyMap<string, Answer>,
  toggled: Toggled,
) {
  const { id: ids = [], depth: depths = [], has_children: parents = [], node: nodes = [] } = block.columns;
  const offset = base - Number(depths[0] ?? 0);
  let closedAt = Number.POSITIVE_INFINITY;
  for (let index = 0; index < block.rows; index += 1) {
    const depth = Number(depths[index] ?? 0) + offset;
    if (depth > closedAt) continue;
    closedAt = Number.POSITIVE_INFINITY;
    const id = String(ids[index] ?? NO_VALUE);
    const key = uniqueKey(prefix, block, index, id);
    const expandable = parents[index] === true;
    const inBlock = Number(depths[index + 1] ?? -1) + offset > depth;
    const loaded = inBlock || children.has(id);
    const expanded = expandable && (toggled.get(key) ?? (inBlock && depth < OPEN_DEPTH));
    found.rows.push(
      (nodes[index] ?? "item") !== "item"
        ? nodeRow(block, index, key, depth, expanded)
        : { kind: "item", key, id, block, index, depth, expandable, expanded },
    );
    if (!expanded) {
      closedAt = depth;
    } else if (!inBlock && loaded) {
      appendBlock(found, children.get(id) as Answer, depth + 1, `${key}/`, children, toggled);
    } else if (!inBlock) {
      found.wanted.push(id);
      found.rows.push({ kind: "gap", key: `${key}/gap`, depth: depth + 1 });
    }
  }
}

function uniqueKey(prefix: string, block: Answer, index: number, id: string): string {
  if (!block.columns.node) return id;
  return `${prefix}${String(block.columns.parent_id?.[index] ?? NO_VALUE)}:${id}`;
}

function nodeRow(block: Answer, index: number, key: string, depth: number, expanded: boolean): GroupRow {
  const totals: Record<string, number | null> = {};
  for (const name of Object.keys(block.columns)) {
    if (name.startsWith("total.")) totals[name.slice(6)] = block.columns[name]?.[index] as number | null;
  }
  return { kind: "group", key, label: String(block.columns.label?.[index] ?? ""), totals, depth, expanded };
}

/** Flat rows from pages, with gaps up to `count` for what is still to be fetched. */
export function flatRows(pages: readonly Answer[], count: number): Row[] {
  const rows: Row[] = [];
  for (const block of pages) {
    for (let index = 0; index < block.rows; index += 1) rows.push(itemAt(block, index, 0));
  }
  for (let at = rows.length; at < count; at += 1) rows.push({ kind: "gap", key: `gap-${at}`, depth: 0 });
  return rows;
}

function itemAt(block: Answer, index: number, depth: number): ItemRow {
  const id = String(block.columns.id?.[index]);
  return { kind: "item", key: id, id, block, index, depth, expandable: false, expanded: false };
}

/**
 * Flat rows under the headings of their groups, in the order in which the server gives the groups. Groups of areas or
 * teams stand under the groups above them.
 */
export function groupedRows(pages: readonly Answer[], by: string, toggled: Toggled): Row[] {
  const members = membersOf(pages, by);
  const rows: Row[] = [];
  const shown = new Map<string, { depth: number; open: boolean }>();
  for (const group of pages[0]?.groups ?? []) {
    const id = String(group.key[0] ?? "");
    const above = group.parent === null || group.parent === undefined ? undefined : shown.get(String(group.parent));
    if (above && !above.open) {
      shown.set(id, above);
      continue;
    }
    const key = `group:${id}`;
    const depth = above ? above.depth + 1 : 0;
    const expanded = toggled.get(key) ?? true;
    shown.set(id, { depth, open: expanded });
    rows.push({ kind: "group", key, label: group.label[0] ?? "", totals: group.totals, depth, expanded });
    if (!expanded) continue;
    for (const { block, index } of members.get(id) ?? []) {
      rows.push({ ...itemAt(block, index, depth + 1), key: `${id}:${String(block.columns.id?.[index])}` });
    }
  }
  return rows;
}

function membersOf(pages: readonly Answer[], by: string): Map<string, { block: Answer; index: number }[]> {
  const members = new Map<string, { block: Answer; index: number }[]>();
  for (const block of pages) {
    for (let index = 0; index < block.rows; index += 1) {
      for (const key of groupKeys(block.columns[by]?.[index])) {
        const list = members.get(key);
        if (list) list.push({ block, index });
        else members.set(key, [{ block, index }]);
      }
    }
  }
  return members;
}

function groupKeys(value: unknown): string[] {
  if (Array.isArray(value)) return value.length > 0 ? value.map(String) : [""];
  return [value === null || value === undefined ? "" : String(value)];
}

/** A copy of an answer in which one item reads otherwise; the same answer when the item is not in it. */
export function withValues(answer: Answer, id: string, values: Record<string, unknown>): Answer {
  const indexes: number[] = [];
  answer.columns.id?.forEach((each, index) => {
    if (each === id) indexes.push(index);
  });
  if (indexes.length === 0) return answer;
  const columns = { ...answer.columns };
  for (const [name, value] of Object.entries(values)) {
    const before = columns[name];
    if (!before) continue;
    const after = before.slice();
    for (const index of indexes) after[index] = value;
    columns[name] = after;
  }
  return { ...answer, columns };
}

/** Which cells of which items read differently in `after`: what flashes when a change came from elsewhere. */
export function changedCells(before: readonly Answer[], after: readonly Answer[]): Map<string, Set<string>> {
  const known = new Map<string, { block: Answer; index: number }>();
  for (const block of before) block.columns.id?.forEach((id, index) => known.set(String(id), { block, index }));
  const changed = new Map<string, Set<string>>();
  for (const block of after) {
    const names = Object.keys(block.columns).filter((name) => name !== "version" && name !== "updated");
    block.columns.id?.forEach((id, index) => {
      const old = known.get(String(id));
      if (!old || old.block.columns.version?.[old.index] === block.columns.version?.[index]) return;
      const own = names.filter((name) => !same(old.block.columns[name]?.[old.index], block.columns[name]?.[index]));
      if (own.length > 0) changed.set(String(id), new Set(own));
    });
  }
  return changed;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));
}
