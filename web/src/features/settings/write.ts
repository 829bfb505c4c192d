import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

interface Told<Out> {
  /** What to say once it is done; nothing is said without. */
  done?: (value: Out) => string;
  /** The batch that Undo takes back. */
  batch?: (value: Out) => string | null;
}

/** One write of a setting: tells how it went, offers Undo where it was a batch, and asks anew for what it may have changed. */
export function useWrite<In, Out>(send: (body: In) => Promise<Out>, told: Told<Out> = {}) {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  const refresh = () => {
    for (const family of [keys.settings, keys.members, keys.tokens, keys.config, keys.rows, keys.items, keys.history, keys.batches, keys.fields]) {
      void client.invalidateQueries({ queryKey: family(slug) });
    }
  };
  const fail = (error: Error) => {
    const small = requestIdOf(error);
    show({ tone: "danger", message: t("settings.failed"), detail: explain(error), ...(small ? { small } : {}) });
  };
  const undo = (id: string) =>
    void data(api.POST("/api/v1/batches/{batch_id}/undo", { params: { path: { batch_id: id } } }))
      .then((result) => show({ message: t(result.refused.length > 0 ? "settings.undoneMostly" : "settings.undone") }))
      .catch(fail)
      .finally(refresh);
  return useMutation({
    mutationFn: send,
    onSuccess: (value) => {
      const message = told.done?.(value);
      const batch = told.batch?.(value);
      if (message) show({ message, ...(batch ? { undo: () => undo(batch) } : {}) });
    },
    onError: fail,
    onSettled: refresh,
  });
}
