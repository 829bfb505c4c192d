import { useInfiniteQuery, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Answer } from "../../api/types";
import { useHere } from "../../api/workspace";
import type { ViewSearch } from "../../lib/view";
import type { Column } from "./columns";
import { baseRequest, childrenQuery, flatQuery, treeQuery, WHOLE_TREE } from "./queries";
import { type Row, changedCells, flatRows, groupedRows, treeRows } from "./rows";

export interface Rows {
  rows: Row[];
  /** How many items the filter lets through; null until known. */
  count: number | null;
  /** How many of them differ from today, when the past is in view. */
  differing: number;
  loading: boolean;
  error: Error | null;
  flash: ReadonlyMap<string, ReadonlySet<string>>;
  toggle: (key: string, expanded: boolean) => void;
  reach: (index: number) => void;
  retry: () => void;
}

const FLASH_MS = 150;
const NONE: ReadonlyMap<string, ReadonlySet<string>> = new Map();
const NO_PAGES: Answer[] = [];

/** The rows of a view, however they have to be fetched: a whole tree, a tree level by level, groups, or pages. */
export function useRows(view: ViewSearch, columns: Column[]): Rows {
  const { slug, lens } = useHere();
  const client = useQueryClient();
  const axis = view.group ? "none" : (view.tree ?? "parent");
  const base = useMemo(() => withGroup(baseRequest(view, columns, lens), view.group), [view, columns, lens]);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [wanted, setWanted] = useState<string[]>([]);

  const tree = useQuery({ ...treeQuery(client, slug, base, axis), enabled: axis !== "none" && columns.length > 0 });
  const flat = useInfiniteQuery({ ...flatQuery(slug, base, view.group), enabled: axis === "none" && columns.length > 0 });
  const isTree = axis !== "none";
  const pages = useLast(isTree ? tree.data?.pages : flat.data?.pages);
  const lazyIds = isTree && tree.data?.lazy ? wanted : [];
  const children = useQueries({
    queries: lazyIds.map((id) => childrenQuery(slug, base, axis, id)),
    combine: (results) =>
      new Map(results.flatMap((result, index) => (result.data?.pages[0] ? [[lazyIds[index] ?? "", result.data.pages[0]]] : []))),
  });

  const count = pages[0]?.count ?? null;
  const built = useMemo(() => {
    const first = pages[0];
    if (isTree) return first ? treeRows(first, children, toggled) : { rows: [], wanted: [] };
    if (view.group) return { rows: groupedRows(pages, view.group, toggled), wanted: [] };
    return { rows: flatRows(pages, count ?? 0), wanted: [] };
  }, [pages, children, toggled, isTree, view.group, count]);

  const missing = built.wanted.filter((id) => !wanted.includes(id));
  if (missing.length > 0) setWanted([...wanted, ...missing]);

  const loaded = pages.reduce((sum, page) => sum + page.rows, 0);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = flat;
  useEffect(() => {
    // The first page paints at once; the rest up to a screenful of scrolling follows by itself.
    if (!isTree && hasNextPage && !isFetchingNextPage && loaded < WHOLE_TREE) void fetchNextPage();
  }, [isTree, hasNextPage, isFetchingNextPage, fetchNextPage, loaded]);

  const reach = useCallback(
    (index: number) => {
      if (!isTree && index >= loaded && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
    [isTree, loaded, hasNextPage, isFetchingNextPage, fetchNextPage],
  );
  const toggle = useCallback((key: string, expanded: boolean) => {
    setToggled((before) => new Map(before).set(key, expanded));
  }, []);

  const query = isTree ? tree : flat;
  return {
    rows: built.rows,
    count,
    differing: useMemo(() => countDiffering(pages), [pages]),
    loading: query.isPending || query.isPlaceholderData,
    error: query.error,
    flash: useFlash(pages, JSON.stringify([axis, view.group, base]), query.isPlaceholderData),
    toggle,
    reach,
    retry: () => void query.refetch(),
  };
}

/** The newest pages there were: a question that is refused leaves the last good answer on screen. */
function useLast(pages: Answer[] | undefined): Answer[] {
  const [last, setLast] = useState(pages);
  if (pages !== undefined && pages !== last) setLast(pages);
  return pages ?? last ?? NO_PAGES;
}

function withGroup(base: ReturnType<typeof baseRequest>, group: string | undefined) {
  return group && !base.columns.includes(group) ? { ...base, columns: [...base.columns, group] } : base;
}

function countDiffering(pages: readonly Answer[]): number {
  let count = 0;
  for (const { columns } of pages) {
    const { _changed: changed = [], _deleted: deleted = [] } = columns;
    for (let index = 0; index < changed.length; index += 1) {
      if (deleted[index] === true || ((changed[index] as unknown[] | null)?.length ?? 0) > 0) count += 1;
    }
  }
  return count;
}

/** Cells that a change from elsewhere rewrote light up for a moment; a new question lights up nothing. */
function useFlash(pages: readonly Answer[], question: string, placeholder: boolean): Rows["flash"] {
  const before = useRef({ pages, question });
  const [flash, setFlash] = useState(NONE);
  useEffect(() => {
    if (placeholder) return undefined;
    const last = before.current;
    before.current = { pages, question };
    if (last.question !== question || last.pages === pages || last.pages.length === 0) return undefined;
    const changed = changedCells(last.pages, pages);
    if (changed.size === 0) return undefined;
    setFlash(changed);
    const timer = window.setTimeout(() => setFlash(NONE), FLASH_MS);
    return () => window.clearTimeout(timer);
  }, [pages, question, placeholder]);
  return flash;
}
