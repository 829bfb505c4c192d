import { infiniteQueryOptions, keepPreviousData, queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import type { Answer, Lens, QueryRequest } from "../../api/types";
import { isPast } from "../../api/workspace";
import { type ViewSearch, readSort } from "../../lib/view";
import type { Column } from "./columns";

/** Up to here a tree comes whole and opens and closes without asking; above, children come when a parent is opened. */
export const WHOLE_TREE = 10_000;
const FIRST_PAGE = 200;
const NEXT_PAGE = 5_000;

/** What every cached list of rows looks like, so that an edit can reach into each of them. */
export interface Pages {
  pages: Answer[];
  /** A tree of which only the roots are here. */
  lazy?: boolean;
}

export async function ask(request: QueryRequest, signal?: AbortSignal): Promise<Answer> {
  // The description calls a question and its columnar answer just "object": their types are declared in api/types.
  const body = request as unknown as Record<string, never>;
  return (await data(api.POST("/api/v1/query", { body, ...(signal ? { signal } : {}) }))) as unknown as Answer;
}

/** The question behind a view, without tree, group and page. */
export function baseRequest(view: ViewSearch, columns: Column[], lens: Lens): QueryRequest {
  const names = columns.flatMap((column) => [column.name, ...column.also]);
  if (columns.some((column) => column.watched)) names.push("stale");
  const sort = readSort(view.sort);
  return {
    source: "item",
    columns: [...new Set(["ref", "title", "phase", "level", ...names])],
    ...(view.q ? { text: view.q } : {}),
    ...(sort.length > 0 ? { sort } : {}),
    ...(isPast(lens) ? { lens, compare: "live" as const } : {}),
  };
}

const NODE_TOTALS = [{ fn: "count" }, { fn: "sum", field: "effort" }, { fn: "sum", field: "benefit" }];

export const treeQuery = (client: QueryClient, workspace: string, base: QueryRequest, axis: string) => {
  const large = ["large-tree", workspace, axis];
  const totals = axis === "parent" ? {} : { totals: NODE_TOTALS };
  return queryOptions({
    queryKey: [...keys.rows(workspace), "tree", axis, base],
    queryFn: async ({ signal }): Promise<Pages> => {
      const page = { size: WHOLE_TREE };
      const question = { ...base, ...totals, page, count: true };
      if (client.getQueryData(large) !== true) {
        const whole = await ask({ ...question, tree: { axis, depth: 20 } }, signal);
        if (!whole.next) return { pages: [whole] };
        client.setQueryData(large, true);
      }
      return { pages: [await ask({ ...question, tree: { axis, depth: 1 } }, signal)], lazy: true };
    },
    placeholderData: keepPreviousData,
  });
};

export const childrenQuery = (workspace: string, base: QueryRequest, axis: string, under: string) =>
  queryOptions({
    queryKey: [...keys.rows(workspace), "children", axis, under, base],
    queryFn: async ({ signal }): Promise<Pages> => ({
      pages: [await ask({ ...base, tree: { axis, under, depth: 1 }, page: { size: WHOLE_TREE } }, signal)],
    }),
  });

export const flatQuery = (workspace: string, base: QueryRequest, group: string | undefined) => {
  const grouping = group ? { group: [{ by: group }], totals: NODE_TOTALS } : {};
  return infiniteQueryOptions({
    queryKey: [...keys.rows(workspace), "flat", group ?? "", base],
    queryFn: ({ signal, pageParam }) =>
      ask(
        pageParam === null
          ? { ...base, ...grouping, page: { size: group ? WHOLE_TREE : FIRST_PAGE }, count: true }
          : { ...base, page: { size: NEXT_PAGE, after: pageParam } },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
};

export const itemQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...keys.items(workspace), id],
    queryFn: ({ signal }) => data(api.GET("/api/v1/items/{item_id}", { params: { path: { item_id: id } }, signal })),
  });

/** What an item waits for and what waits for it, as stated and as it stands. */
export const dependenciesQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...keys.items(workspace), id, "dependencies"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/items/{item_id}/dependencies", { params: { path: { item_id: id } }, signal })),
  });

/** One item as it stood: every shown column of it, through the lens. */
export const pastItemQuery = (workspace: string, ref: string, columns: Column[], lens: Lens) =>
  queryOptions({
    queryKey: [...keys.items(workspace), "past", ref, lens],
    queryFn: ({ signal }) =>
      ask(
        {
          source: "item",
          filter: { field: "ref", op: "in", values: [ref] },
          columns: [...new Set(["ref", ...columns.flatMap((column) => [column.name, ...column.also])])],
          lens,
          compare: "live",
          page: { size: 1 },
        },
        signal,
      ),
    placeholderData: keepPreviousData,
  });

/** Items whose title or ref holds the words, for pickers of other items. */
export const itemSearchQuery = (workspace: string, words: string) =>
  queryOptions({
    queryKey: [...keys.items(workspace), "search", words],
    queryFn: ({ signal }) => ask({ source: "item", text: words, columns: ["ref", "title"], page: { size: 20 } }, signal),
    placeholderData: keepPreviousData,
  });
