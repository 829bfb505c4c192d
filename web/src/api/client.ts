import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema";

/** What the server's refusal becomes here; `code` is the stable part to branch on. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly extra: Record<string, unknown> = {},
    readonly requestId = "",
  ) {
    super(detail);
    this.name = "ApiError";
  }
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
  extra?: Record<string, unknown>;
  request_id?: string;
}

let workspaceSlug = "";
/** Every call names the workspace of the address bar; two tabs may look at two workspaces. */
export function setWorkspace(slug: string) {
  workspaceSlug = slug;
}

export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

export async function toApiError(response: Response): Promise<ApiError> {
  const body = (await response.clone().json().catch(() => ({}))) as Problem;
  const requestId = body.request_id ?? response.headers.get("X-Request-Id") ?? "";
  const code = body.code ?? (response.status === 401 ? "unauthenticated" : "unknown");
  return new ApiError(response.status, code, body.detail ?? body.title ?? response.statusText, body.extra, requestId);
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (workspaceSlug) request.headers.set("X-Trimtab-Workspace", workspaceSlug);
    if (request.method !== "GET") request.headers.set("X-CSRFToken", csrfToken());
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await toApiError(response);
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "http://localhost",
  fetch: (request) => fetch(request),
  credentials: "same-origin",
});
api.use(middleware);

/** For calls made through `api`: errors were thrown above, so data is there. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** A write's answer together with the change set that it made, which is what Undo takes back. */
export interface Written<T> {
  value: T;
  changeSet: string | null;
}

export async function written<T>(call: Promise<{ data?: T; response: Response }>): Promise<Written<T>> {
  const { data: value, response } = await call;
  return { value: value as T, changeSet: response.headers.get("Trimtab-Change-Set") };
}
