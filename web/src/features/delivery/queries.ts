import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { type Written, api, data, written } from "../../api/client";
import { keys } from "../../api/keys";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

const family = (workspace: string) => [...keys.config(workspace), "delivery"];

export const launchesQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...family(workspace), "launches"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/launches", { signal })),
  });

export const snapshotsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...family(workspace), "snapshots"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/snapshots", { signal })),
  });

export const comparisonQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...family(workspace), "comparison", id],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/snapshots/{snapshot_id}/comparison", { params: { path: { snapshot_id: id } }, signal })),
  });

/** A write around releases, increments, launches or baselines: says what was done, explains a refusal. */
function useWrite<In>(write: (input: In) => Promise<Written<unknown>>, done: (input: In) => string) {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  return useMutation({
    mutationFn: write,
    onSuccess: (_value, input) => show({ message: done(input) }),
    onError: (error) => {
      const small = requestIdOf(error);
      show({ tone: "danger", message: t("write.failed"), detail: explain(error), ...(small ? { small } : {}) });
    },
    onSettled: () => {
      for (const each of [keys.config, keys.rows, keys.history]) void client.invalidateQueries({ queryKey: each(slug) });
    },
  });
}

export interface NewRelease {
  name: string;
  released_on: string | null;
  released_precision: "day" | "month" | "quarter" | "half" | "year" | null;
}

export const useCreateRelease = () =>
  useWrite(
    (body: NewRelease) =>
      written(api.POST("/api/v1/releases", { body: { ...body, state: "planned", area_id: null, starts_on: null, note: "" } })),
    ({ name }) => t("release.created", { name }),
  );

export interface NewIncrements {
  starts_on: string;
  until: string;
  weeks: number;
  team_id: string | null;
}

export const useGenerateIncrements = () =>
  useWrite(
    (body: NewIncrements) => written(api.POST("/api/v1/increment-series", { body: { ...body, kind: "sprint", name: "" } })),
    () => t("increment.generate"),
  );

export const useCreateLaunch = () =>
  useWrite(
    (name: string) =>
      written(api.POST("/api/v1/launches", { body: { name, tier: 2, state: "planned", message: "", faq: "" } })),
    (name) => t("launch.created", { name }),
  );

export const useTickCheck = () =>
  useWrite(
    ({ id, done }: { id: string; done: boolean }) =>
      written(api.POST("/api/v1/launch-checks/{check_id}/tick", { params: { path: { check_id: id } }, body: { done } })),
    () => t("launch.saved"),
  );

export const useConfirmReady = () =>
  useWrite(
    ({ id, ready, note }: { id: string; ready: boolean; note: string }) =>
      written(
        api.POST("/api/v1/launch-readiness/{ready_id}/confirm", { params: { path: { ready_id: id } }, body: { ready, note } }),
      ),
    () => t("launch.saved"),
  );

export interface Decision {
  id: string;
  version: number;
  verdict: "go" | "no_go";
  reason: string;
}

export const useDecideLaunch = () =>
  useWrite(
    ({ id, ...body }: Decision) =>
      written(api.POST("/api/v1/launches/{launch_id}/decide", { params: { path: { launch_id: id } }, body })),
    () => t("launch.saved"),
  );

export const useTakeBaseline = () =>
  useWrite(
    (name: string) => written(api.POST("/api/v1/snapshots", { body: { name, note: "" } })),
    (name) => t("baseline.created", { name }),
  );

export const useForgetBaseline = () =>
  useWrite(
    ({ id }: { id: string; name: string }) =>
      written(api.DELETE("/api/v1/snapshots/{snapshot_id}", { params: { path: { snapshot_id: id } } })),
    ({ name }) => t("baseline.deleted", { name }),
  );
