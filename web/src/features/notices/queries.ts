import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import type { components } from "../../api/schema";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

type Schemas = components["schemas"];
export type Notice = Schemas["NoticeOut"];
export type Settings = Schemas["NoticeSettingsOut"];
export type SettingsChange = Partial<Schemas["NoticeSettingsChange"]>;
export type Channel = Schemas["NoticeChannelOut"];
export type NewChannel = Schemas["NoticeChannelIn"];
export type Delivery = Schemas["NoticeDeliveryOut"];
export type Show = "open" | "unread" | "done";
export type Mark = Schemas["NoticeMarkIn"];

export const inboxQuery = (workspace: string, show: Show, kind: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.notices(workspace), "list", show, kind],
    queryFn: ({ signal, pageParam }) =>
      data(
        api.GET("/api/v1/notices", {
          params: { query: { show, ...(kind ? { kind } : {}), ...(pageParam ? { after: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const countsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.notices(workspace), "count"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/notices/count", { signal })),
    staleTime: 30_000,
    retry: false,
  });

export const whyQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: [...keys.notices(workspace), "why", id],
    queryFn: ({ signal }) => data(api.GET("/api/v1/notices/{notice_id}/why", { params: { path: { notice_id: id } }, signal })),
  });

export const settingsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.noticeSettings(workspace),
    queryFn: ({ signal }) => data(api.GET("/api/v1/notice-settings", { signal })),
  });

export const channelsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.noticeChannels(workspace), "list"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/notice-channels", { signal })),
  });

export const troublesQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.noticeChannels(workspace), "troubles"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/notice-deliveries", { signal })),
    refetchInterval: 5_000,
  });

function useFailed() {
  const { show } = useToasts();
  return (error: Error) => {
    const small = requestIdOf(error);
    show({ tone: "danger", message: t("write.failed"), detail: explain(error), ...(small ? { small } : {}) });
  };
}

/** Marks lines read, unread, done or open again. */
export function useMark() {
  const client = useQueryClient();
  const { slug } = useHere();
  const failed = useFailed();
  return useMutation({
    mutationFn: (body: Mark) => data(api.POST("/api/v1/notices/mark", { body })),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: keys.notices(slug) }),
  });
}

/** Writes the settings that change; fails with ApiError code `invalid` and what is wrong with which field. */
export function useChangeSettings() {
  const client = useQueryClient();
  const { slug } = useHere();
  const failed = useFailed();
  return useMutation({
    mutationFn: (body: SettingsChange) => data(api.PATCH("/api/v1/notice-settings", { body: body as Schemas["NoticeSettingsChange"] })),
    onSuccess: (changed) => client.setQueryData(settingsQuery(slug).queryKey, changed),
    onError: failed,
  });
}

/** One write about channels, and what to say when it went well. */
export function useChannelWrite<Input>(write: (input: Input) => Promise<unknown>, done?: string) {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  const failed = useFailed();
  return useMutation({
    mutationFn: write,
    onSuccess: () => {
      if (done) show({ message: done });
    },
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: keys.noticeChannels(slug) }),
  });
}
