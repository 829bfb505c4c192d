import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";
import type { Operation } from "../../api/types";
import { useHere } from "../../api/workspace";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { type Toast, useToasts } from "../../ui/toasts";
import { type Format, fileName } from "./question";

const KINDS = new Set(["core.export", "integrations.archive"]);
const ASK_AGAIN_MS = 1_500;
export const isOpen = (operation: Operation) => operation.state === "queued" || operation.state === "running";

/** The caller's exports and archives, the newest first; asked for again while one is being made. */
export const filesQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "exports"],
    queryFn: async ({ signal }) => {
      const all = await data(api.GET("/api/v1/operations", { signal }));
      return all.filter((each) => KINDS.has(each.kind));
    },
    refetchInterval: (query) => (query.state.data?.some(isOpen) ? ASK_AGAIN_MS : false),
  });

/** Who took confidential fields out; asked for again when another file (`made`) is done. */
export const recordsQuery = (workspace: string, made: number) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "export-records", made],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => data(api.GET("/api/v1/exports", { signal })),
  });

interface Wanted {
  question: Record<string, unknown>;
  format: Format;
  /** Made in the background, to be fetched in the settings. */
  later: boolean;
}

/** Exports what a question answers: the browser keeps the file, or it waits in the settings. */
export function useExport() {
  const { slug } = useHere();
  const client = useQueryClient();
  const { show } = useToasts();
  return useMutation({
    mutationFn: async ({ question, format, later }: Wanted) => {
      const { data: found, response } = await api.POST("/api/v1/export", {
        params: { query: { format, later, bom: true } },
        body: question as Record<string, never>,
        parseAs: "blob",
      });
      const body = found as unknown as Blob;
      if (response.status === 202) {
        show({ message: t("export.begun", { name: (JSON.parse(await body.text()) as Operation).label }) });
        void client.invalidateQueries({ queryKey: keys.settings(slug) });
      } else {
        keep(body, fileName(response.headers.get("Content-Disposition"), format));
      }
    },
    onError: (error) => show(failed(error)),
  });
}

function failed(error: Error): Toast {
  const small = requestIdOf(error);
  return { tone: "danger", message: t("export.failed"), detail: explain(error), ...(small ? { small } : {}) };
}

/** Lets the browser keep a file under its name. */
function keep(body: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(body);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Begins an archive of the whole workspace, or stops work that is under way. */
export function useExportWork() {
  const { slug } = useHere();
  const client = useQueryClient();
  const { show } = useToasts();
  return useMutation({
    mutationFn: (stopped: string | null) =>
      stopped === null
        ? data(api.POST("/api/v1/workspace/archive"))
        : data(api.POST("/api/v1/operations/{operation_id}/cancel", { params: { path: { operation_id: stopped } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.settings(slug) }),
    onError: (error) => show(failed(error)),
  });
}
