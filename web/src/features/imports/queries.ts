import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import type { components } from "../../api/schema";
import { useHere } from "../../api/workspace";

type Schemas = components["schemas"];
export type Import = Schemas["ImportOut"];
export type ImportSummary = Schemas["ImportSummary"];
export type ImportFile = Schemas["FileOut"];
export type Mapping = Schemas["MappingOut"];
export type MappedFile = Schemas["MappedFileOut"];
export type MappedColumn = MappedFile["columns"][number];
export type Run = Schemas["RunOut"];
export type Row = Schemas["RowOut"];
export type Reconciliation = Schemas["ReconciliationOut"];
export type Decision = Schemas["DecisionIn"];
export type ListName =
  | "create" | "update" | "keep" | "ask" | "reject" | "conflict" | "kept" | "review" | "ties" | "made" | "differ";

const family = (workspace: string) => ["imports", workspace] as const;
const MOVING_MS = 600;

/** Whether a step waits for its turn or is under way. */
export const isRunning = (run: Run | null | undefined): boolean => run?.state === "queued" || run?.state === "running";

export const importsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...family(workspace), "list"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/imports", { signal })),
  });

/** One import; asked for again and again while a step of it runs. */
export const importQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...family(workspace), id],
    queryFn: ({ signal }) => data(api.GET("/api/v1/imports/{import_id}", { params: { path: { import_id: id } }, signal })),
    refetchInterval: (query) => {
      const found = query.state.data;
      return found && [found.checked, found.applied, found.compared].some(isRunning) ? MOVING_MS : false;
    },
  });

export const mappingQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...family(workspace), id, "mapping"],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/imports/{import_id}/mapping", { params: { path: { import_id: id } }, signal })),
  });

export const rowsQuery = (workspace: string, id: string, which: ListName, of: string, field = "") =>
  infiniteQueryOptions({
    queryKey: [...family(workspace), id, "rows", which, of, field],
    queryFn: ({ signal, pageParam }) =>
      data(
        api.GET("/api/v1/imports/{import_id}/rows", {
          params: { path: { import_id: id }, query: { which, field, ...(pageParam ? { after: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const reconciliationQuery = (workspace: string, id: string, of: string) =>
  queryOptions({
    queryKey: [...family(workspace), id, "reconciliation", of],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/imports/{import_id}/reconciliation", { params: { path: { import_id: id } }, signal })),
  });

export const recipesQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...family(workspace), "recipes"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/import-recipes", { signal })),
  });

/** Runs a call that changes an import, and asks for everything of it anew. */
export function useImportWrite<T, V = void>(call: (value: V) => Promise<T>, done?: (answer: T) => void) {
  const client = useQueryClient();
  const { slug } = useHere();
  return useMutation({
    mutationFn: call,
    onSuccess: (answer) => done?.(answer),
    onSettled: () => client.invalidateQueries({ queryKey: family(slug) }),
  });
}

export const useInvalidatePlan = () => {
  const client = useQueryClient();
  const { slug } = useHere();
  return () => {
    for (const each of [keys.rows, keys.items, keys.batches, keys.config, keys.history, keys.days]) {
      void client.invalidateQueries({ queryKey: each(slug) });
    }
  };
};

const at = (id: string) => ({ params: { path: { import_id: id } } });

export const calls = {
  create: () => data(api.POST("/api/v1/imports")),
  discard: (id: string) => data(api.DELETE("/api/v1/imports/{import_id}", at(id))),
  removeFile: (id: string, file: string) =>
    data(
      api.DELETE("/api/v1/imports/{import_id}/files/{file_id}", { params: { path: { import_id: id, file_id: file } } }),
    ),
  propose: (id: string, body: Schemas["ProposeIn"]) =>
    data(api.POST("/api/v1/imports/{import_id}/mapping", { ...at(id), body })),
  remap: (id: string, body: Schemas["MappingIn"]) =>
    data(api.PATCH("/api/v1/imports/{import_id}/mapping", { ...at(id), body })),
  setRecipe: (id: string, text: string, name: string) =>
    data(api.PUT("/api/v1/imports/{import_id}/recipe", { ...at(id), body: { text, name } })),
  setConflicts: (id: string, conflicts: "file" | "here") =>
    data(api.PUT("/api/v1/imports/{import_id}/conflicts", { ...at(id), body: { conflicts } })),
  check: (id: string) => data(api.POST("/api/v1/imports/{import_id}/check", at(id))),
  decide: (id: string, body: Schemas["DecisionsIn"]) =>
    data(api.POST("/api/v1/imports/{import_id}/decisions", { ...at(id), body })),
  apply: (id: string) => data(api.POST("/api/v1/imports/{import_id}/apply", at(id))),
  compare: (id: string) => data(api.POST("/api/v1/imports/{import_id}/compare", at(id))),
  cancel: (run: string) =>
    data(api.POST("/api/v1/operations/{operation_id}/cancel", { params: { path: { operation_id: run } } })),
  saveRecipe: (name: string, text: string) => data(api.POST("/api/v1/import-recipes", { body: { name, text } })),
  recipeText: (name: string) => data(api.GET("/api/v1/import-recipes/text", { params: { query: { name } } })),
};
