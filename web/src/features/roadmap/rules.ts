import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import type { components } from "../../api/schema";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

export type ItemRules = components["schemas"]["ItemRulesOut"];

/** One item under the rules of its workspace: layout, what is missing and stale, health with reasons, what is computed. */
export const itemRulesQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...keys.items(workspace), id, "rules"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/items/{item_id}/rules", { params: { path: { item_id: id } }, signal })),
  });

/** Says that a field is still true. Fails with ApiError code `forbidden` for those who may not change the item. */
export function useConfirmField(itemId: string, label: string) {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  return useMutation({
    mutationFn: (field: string) =>
      data(api.POST("/api/v1/items/{item_id}/confirm", { params: { path: { item_id: itemId } }, body: { fields: [field] } })),
    onSuccess: (rules) => {
      client.setQueryData(itemRulesQuery(slug, itemId).queryKey, rules);
      void client.invalidateQueries({ queryKey: keys.rows(slug) });
      show({ message: t("rules.confirmed", { field: label }) });
    },
    onError: (error) => show({ message: t("rules.confirmFailed"), detail: explain(error), small: requestIdOf(error) ?? "", tone: "danger" }),
  });
}
