import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, written } from "../../api/client";
import { keys } from "../../api/keys";
import type { Item, ItemFields } from "../../api/types";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";
import type { Pages } from "./queries";
import { withValues } from "./rows";
import { inWords, toPatch } from "./values";

/** One value to be written, and what stood there before, in the form in which the grid holds it. */
export interface Edit {
  id: string;
  version: number;
  column: string;
  label: string;
  value: unknown;
  before: unknown;
  /** Sent along: the version of the long text that was read, which is counted apart from the item's. */
  along?: ItemFields;
}

/** What a refused write says of one field that somebody else changed meanwhile. */
export interface Clash {
  current: unknown;
  current_label?: string;
  by?: string | null;
  at?: string;
}

export function patchRows(client: QueryClient, workspace: string, id: string, values: Record<string, unknown>) {
  client.setQueriesData<Pages>({ queryKey: keys.rows(workspace) }, (held) =>
    held?.pages ? { ...held, pages: held.pages.map((page) => withValues(page, id, values)) } : held,
  );
}

/** The newest version this page knows of an item: its own last write may be newer than the row on screen. */
function versionOf(client: QueryClient, workspace: string, edit: Edit): number {
  let newest = edit.version;
  for (const [, held] of client.getQueriesData<Pages>({ queryKey: keys.rows(workspace) })) {
    for (const page of held?.pages ?? []) {
      const at = page.columns.id?.indexOf(edit.id) ?? -1;
      if (at >= 0) newest = Math.max(newest, Number(page.columns.version?.[at] ?? 0));
    }
  }
  return newest;
}

/**
 * Writes one value at once and asks the server after. A refusal puts the old value back and says why; where somebody
 * else changed the same field, the person chooses. Success offers Undo.
 */
export function useEditItem(onUndo: (changeSet: string) => void) {
  const client = useQueryClient();
  const { slug, config } = useHere();
  const { show } = useToasts();

  const mutation = useMutation({
    mutationKey: ["edit", slug],
    scope: { id: `edit-${slug}` },
    mutationFn: (edit: Edit & { force?: number }) =>
      written<Item>(
        api.PATCH("/api/v1/items/{item_id}", {
          params: { path: { item_id: edit.id } },
          body: {
            version: edit.force ?? versionOf(client, slug, edit),
            set: { ...toPatch(edit.column, edit.value, config), ...(edit.force === undefined ? edit.along : {}) },
          },
        }),
      ),
    onMutate: async (edit) => {
      await client.cancelQueries({ queryKey: keys.rows(slug) });
      patchRows(client, slug, edit.id, { [edit.column]: edit.value });
    },
    onSuccess: ({ value: item, changeSet }, edit) => {
      patchRows(client, slug, edit.id, { version: item.version });
      client.setQueryData([...keys.items(slug), edit.id], item);
      show({
        message: t("edit.done", { field: edit.label, value: inWords(config, edit.column, edit.value) }),
        ...(changeSet ? { undo: () => takeBack(edit, changeSet) } : {}),
      });
    },
    onError: (error, edit) => {
      patchRows(client, slug, edit.id, { [edit.column]: edit.before });
      if (error instanceof ApiError && error.code === "stale_version") offerChoice(error, edit);
      else {
        const small = requestIdOf(error);
        show({
          tone: "danger",
          message: t("edit.failed", { field: edit.label }),
          detail: explain(error),
          ...(small ? { small } : {}),
        });
      }
    },
    onSettled: () => {
      for (const family of [keys.rows, keys.items, keys.history]) void client.invalidateQueries({ queryKey: family(slug) });
    },
  });

  function takeBack(edit: Edit, changeSet: string) {
    patchRows(client, slug, edit.id, { [edit.column]: edit.before });
    onUndo(changeSet);
  }

  function offerChoice(error: ApiError, edit: Edit) {
    const clashes = Object.values((error.extra.fields ?? {}) as Record<string, Clash>);
    const theirs = clashes[0];
    const words = edit.column === "timeframe" ? "" : (theirs?.current_label ?? inWords(config, edit.column, theirs?.current));
    show({
      tone: "choice",
      seconds: null,
      message: t("conflict.title", { who: theirs?.by ?? t("conflict.someone"), field: edit.label }),
      detail: t(words ? "conflict.detail" : "conflict.detailShort", {
        theirs: words,
        yours: inWords(config, edit.column, edit.value),
      }),
      actions: [
        { label: t("conflict.keepTheirs"), run: () => undefined },
        {
          label: t("conflict.useMine"),
          primary: true,
          run: () => mutation.mutate({ ...edit, before: theirs?.current, force: Number(error.extra.current_version) }),
        },
      ],
    });
  }

  return mutation;
}
