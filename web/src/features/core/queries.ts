import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import { useHere } from "../../api/workspace";
import { plural, t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

/** What can be filtered, sorted, grouped and shown. */
export const fieldsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.fields(workspace),
    queryFn: ({ signal }) => data(api.GET("/api/v1/query/fields", { params: { query: { source: "item" } }, signal })),
    staleTime: 60_000,
  });

export const completionQuery = (workspace: string, text: string, cursor: number) =>
  queryOptions({
    queryKey: [...keys.fields(workspace), "complete", text, cursor],
    queryFn: ({ signal }) =>
      data(api.POST("/api/v1/query/complete", { body: { source: "item", text, cursor }, signal })),
    staleTime: 30_000,
    retry: false,
  });

/** Days with changes, and the first day of all, for the time rail. */
export const daysQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.days(workspace),
    queryFn: ({ signal }) => data(api.GET("/api/v1/history/days", { signal })),
    staleTime: 300_000,
  });

export const historyQuery = (workspace: string, entity: "item", id: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.history(workspace), entity, id],
    queryFn: ({ signal, pageParam }) =>
      data(
        api.GET("/api/v1/history", {
          params: { query: pageParam === null ? { entity, id } : { entity, id, before: pageParam } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const batchesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.batches(workspace),
    queryFn: ({ signal }) => data(api.GET("/api/v1/batches", { signal })),
  });

interface Undoable {
  kind: "change-set" | "batch";
  id: string;
}

/** Takes back one change set or one batch, and says what could not be taken back and why. */
export function useUndo() {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  return useMutation({
    mutationFn: ({ kind, id }: Undoable) =>
      kind === "batch"
        ? data(api.POST("/api/v1/batches/{batch_id}/undo", { params: { path: { batch_id: id } } }))
        : data(api.POST("/api/v1/change-sets/{change_set_id}/undo", { params: { path: { change_set_id: id } } })),
    onSuccess: (result) => {
      const refused = result.refused.length;
      show({
        message: result.restored > 0 ? plural("undo.doneOne", "undo.doneMany", result.restored) : t("undo.nothing"),
        ...(refused > 0 ? { detail: plural("undo.refusedOne", "undo.refusedMany", refused) } : {}),
      });
    },
    onError: (error) => {
      const small = requestIdOf(error);
      show({ tone: "danger", message: t("undo.failed"), detail: explain(error), ...(small ? { small } : {}) });
    },
    onSettled: () => {
      for (const family of [keys.rows, keys.items, keys.talk, keys.history, keys.batches, keys.config, keys.days]) {
        void client.invalidateQueries({ queryKey: family(slug) });
      }
    },
  });
}
