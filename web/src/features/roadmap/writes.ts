import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Written, api, written } from "../../api/client";
import { keys } from "../../api/keys";
import type { Estimate, Item } from "../../api/types";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

/** Any write around an item that is not one value of it: says what was done, offers Undo, explains a refusal. */
export function useWrite<In, Out>(
  write: (input: In) => Promise<Written<Out>>,
  done: (input: In, value: Out) => string,
  onUndo: (changeSet: string) => void,
) {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  return useMutation({
    mutationFn: write,
    onSuccess: ({ value, changeSet }, input) =>
      show({ message: done(input, value), ...(changeSet ? { undo: () => onUndo(changeSet) } : {}) }),
    onError: (error) => {
      const small = requestIdOf(error);
      show({ tone: "danger", message: t("write.failed"), detail: explain(error), ...(small ? { small } : {}) });
    },
    onSettled: () => {
      for (const family of [keys.rows, keys.items, keys.history]) void client.invalidateQueries({ queryKey: family(slug) });
    },
  });
}

export type NewItem = { title: string; level_id: string; parent_id?: string; area_id?: string };

export const useCreateItem = (onUndo: (changeSet: string) => void) =>
  useWrite(
    (body: NewItem) => written<Item>(api.POST("/api/v1/items", { body })),
    (_body, item) => t("item.created", { ref: item.ref }),
    onUndo,
  );

export const useDeleteItem = (onUndo: (changeSet: string) => void) =>
  useWrite(
    (item: Item) => written(api.DELETE("/api/v1/items/{item_id}", { params: { path: { item_id: item.id } } })),
    (item) => t("item.deleted", { ref: item.ref }),
    onUndo,
  );

export const useSetEstimates = (itemId: string, onUndo: (changeSet: string) => void) =>
  useWrite(
    (estimates: Estimate[]) =>
      written(
        api.PUT("/api/v1/items/{item_id}/estimates", {
          params: { path: { item_id: itemId } },
          body: { estimates },
        }),
      ),
    () => t("estimate.saved"),
    onUndo,
  );

export const useSetTrackPhase = (itemId: string, onUndo: (changeSet: string) => void) =>
  useWrite(
    (body: { track_id: string; phase_id: string }) =>
      written(api.PUT("/api/v1/items/{item_id}/phases", { params: { path: { item_id: itemId } }, body })),
    () => t("phase.saved"),
    onUndo,
  );

export type Link =
  | { kind: "dependency"; from_id: string; to_id: string }
  | { kind: "relation"; from_id: string; to_id: string; type: "relates_to" | "replaces" | "duplicates" };

export const useAddLink = (onUndo: (changeSet: string) => void) =>
  useWrite(
    (link: Link) =>
      link.kind === "dependency"
        ? written<unknown>(api.POST("/api/v1/dependencies", { body: { from_id: link.from_id, to_id: link.to_id, type: "FS" } }))
        : written<unknown>(
            api.POST("/api/v1/relations", { body: { from_id: link.from_id, to_id: link.to_id, type: link.type } }),
          ),
    () => t("link.added"),
    onUndo,
  );

export const useRemoveLink = (onUndo: (changeSet: string) => void) =>
  useWrite(
    ({ kind, id }: { kind: "dependency" | "relation"; id: string }) =>
      kind === "dependency"
        ? written<unknown>(api.DELETE("/api/v1/dependencies/{dependency_id}", { params: { path: { dependency_id: id } } }))
        : written<unknown>(api.DELETE("/api/v1/relations/{relation_id}", { params: { path: { relation_id: id } } })),
    () => t("link.removed"),
    onUndo,
  );

/** What somebody says about a dependency: by when, as exact as it is meant, and why. */
export interface Answer {
  id: string;
  version: number;
  /** What people call the other item. */
  ref: string;
  act: "ask" | "accept" | "agree" | "decline" | "propose";
  said: { by?: string; precision?: string; reason?: string };
}

function sendAnswer({ id, version, act, said }: Answer) {
  const params = { path: { dependency_id: id } };
  const precision = (said.precision ?? "day") as "day";
  const reason = said.reason ?? "";
  switch (act) {
    case "accept":
      return written(api.POST("/api/v1/dependencies/{dependency_id}/accept", { params, body: { version, note: "" } }));
    case "decline":
      return written(api.POST("/api/v1/dependencies/{dependency_id}/decline", { params, body: { version, note: "", reason } }));
    case "propose":
      return written(
        api.POST("/api/v1/dependencies/{dependency_id}/propose", {
          params,
          body: { version, note: "", reason, proposed_by: said.by ?? "", proposed_precision: precision },
        }),
      );
    case "agree":
      return written(
        api.POST("/api/v1/dependencies/{dependency_id}/agree", {
          params,
          body: { version, note: "", promised_by: said.by ?? null, promised_precision: precision },
        }),
      );
    case "ask":
      return written(
        api.POST("/api/v1/dependencies/{dependency_id}/ask", {
          params,
          body: { version, note: "", needed_by: said.by ?? null, needed_precision: precision },
        }),
      );
  }
}

export const useAnswerDependency = (onUndo: (changeSet: string) => void) =>
  useWrite(sendAnswer, ({ ref, act }) => t("dep.done", { ref, what: t(`dep.said.${act}`) }), onUndo);
