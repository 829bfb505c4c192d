import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, csrfToken, data } from "../../api/client";
import { keys } from "../../api/keys";
import { useHere } from "../../api/workspace";

const ALLAUTH = "/_allauth/browser/v1";

/** Sample sign-ins of a demonstration; a server with real people answers 404 and there are none. */
export const demoQuery = queryOptions({
  queryKey: keys.demo,
  queryFn: async ({ signal }) => {
    try {
      return await data(api.GET("/api/v1/demo-accounts", { signal }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

interface AuthAnswer {
  errors?: { message: string; code: string; param?: string }[];
}

async function authCall(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Response> {
  return fetch(`${ALLAUTH}/auth/${path}`, {
    method,
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Asks for the configuration first: its answer carries the CSRF cookie that the next call needs. */
async function signIn(credentials: { email: string; password: string }): Promise<void> {
  if (csrfToken() === "") await fetch(`${ALLAUTH}/config`, { credentials: "same-origin" });
  const response = await authCall("POST", "login", credentials);
  if (response.ok) return;
  const answer = (await response.json().catch(() => ({}))) as AuthAnswer;
  const first = answer.errors?.[0];
  throw new ApiError(response.status, first?.code ?? "sign_in_failed", first?.message ?? response.statusText, {
    errors: answer.errors ?? [],
  });
}

/** Signs in; on success everything that was cached for nobody is dropped. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({ mutationFn: signIn, onSuccess: () => client.resetQueries({ queryKey: keys.me }) });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => authCall("DELETE", "session"), // allauth answers 401 to say that nobody is signed in now
    onSuccess: () => client.clear(),
  });
}

export const tokensQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.tokens(workspace),
    queryFn: ({ signal }) => data(api.GET("/api/v1/tokens", { signal })),
  });

export function useCreateToken() {
  const client = useQueryClient();
  const { slug } = useHere();
  return useMutation({
    mutationFn: (body: { name: string; scope: "read" | "write" }) => data(api.POST("/api/v1/tokens", { body })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.tokens(slug) }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  const { slug } = useHere();
  return useMutation({
    mutationFn: (id: string) => data(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.tokens(slug) }),
  });
}
