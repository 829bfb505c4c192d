import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, type Written, written } from "../../api/client";
import { keys } from "../../api/keys";
import type { components } from "../../api/schema";
import type { Lens } from "../../api/types";
import { isPast, useHere } from "../../api/workspace";
import type { Subject } from "../../api/writing";
import { t } from "../../lib/t";
import { explain, requestIdOf } from "../../ui/states";
import { useToasts } from "../../ui/toasts";

type Schemas = components["schemas"];
export type Comment = Schemas["CommentOut"];
export type Comments = Schemas["CommentsOut"];
export type Reaction = Schemas["ReactionOut"];
export type Watchers = Schemas["WatchersOut"];

export const EMOJI = ["👍", "👎", "❤️", "🎉", "😄", "😕", "🙏", "👀", "🚀", "🔥", "✅", "❓"] as const;

const of = (about: Subject, lens: Lens) => ({ entity: about.entity, id: about.id, ...(isPast(lens) ? lens : {}) });

/** What was said about a record, a hundred conversations at a time, through the lens. */
export const commentsQuery = (workspace: string, about: Subject, lens: Lens) =>
  infiniteQueryOptions({
    queryKey: [...keys.talk(workspace), "comments", about, lens],
    queryFn: ({ signal, pageParam }) =>
      data(
        api.GET("/api/v1/comments", {
          params: { query: { ...of(about, lens), ...(pageParam === null ? {} : { after: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const filesQuery = (workspace: string, about: Subject, lens: Lens) =>
  queryOptions({
    queryKey: [...keys.talk(workspace), "files", about, lens],
    queryFn: ({ signal }) => data(api.GET("/api/v1/attachments", { params: { query: of(about, lens) }, signal })),
  });

export const watchersQuery = (workspace: string, about: Subject) =>
  queryOptions({
    queryKey: [...keys.talk(workspace), "watchers", about],
    queryFn: ({ signal }) =>
      data(api.GET("/api/v1/watchers", { params: { query: { entity: about.entity, id: about.id } }, signal })),
  });

type Undo = (changeSet: string) => void;

/** Any write of a conversation: explains a refusal, offers Undo where `done` says what was done. */
function useSay<In, Out>(write: (input: In) => Promise<Written<Out>>, done?: (input: In) => string, onUndo?: Undo) {
  const client = useQueryClient();
  const { slug } = useHere();
  const { show } = useToasts();
  return useMutation({
    mutationFn: write,
    onSuccess: ({ changeSet }, input) => {
      if (done) show({ message: done(input), ...(changeSet && onUndo ? { undo: () => onUndo(changeSet) } : {}) });
    },
    onError: (error) => {
      const small = requestIdOf(error);
      show({ tone: "danger", message: t("write.failed"), detail: explain(error), ...(small ? { small } : {}) });
    },
    // The text of the composer goes when what was said is on the screen, not before.
    onSettled: async () => {
      void client.invalidateQueries({ queryKey: keys.history(slug) });
      await client.invalidateQueries({ queryKey: keys.talk(slug) });
    },
  });
}

interface NewComment {
  body: string;
  thread_id?: string;
}

export const usePost = (about: Subject) =>
  useSay(({ body, thread_id }: NewComment) =>
    written<Comment>(
      api.POST("/api/v1/comments", {
        body: { ...about, body, attachment_ids: [], ...(thread_id ? { thread_id } : {}) },
      }),
    ),
  );

const at = (id: string) => ({ params: { path: { comment_id: id } } });

export const useEdit = () =>
  useSay(({ comment, body }: { comment: Comment; body: string }) =>
    written<Comment>(
      api.PATCH("/api/v1/comments/{comment_id}", { ...at(comment.id), body: { version: comment.version, body } }),
    ),
  );

export const useDelete = (onUndo?: Undo) =>
  useSay(
    (comment: Comment) => written<unknown>(api.DELETE("/api/v1/comments/{comment_id}", at(comment.id))),
    () => t("comment.deleted"),
    onUndo,
  );

export const useResolve = () =>
  useSay(({ comment, resolved }: { comment: Comment; resolved: boolean }) =>
    written<Comment>(api.PUT("/api/v1/comments/{comment_id}/resolved", { ...at(comment.id), body: { resolved } })),
  );

export const useReact = () =>
  useSay(({ comment, emoji, on }: { comment: Comment; emoji: string; on: boolean }) =>
    written<Comment>(api.PUT("/api/v1/comments/{comment_id}/reactions", { ...at(comment.id), body: { emoji, on } })),
  );

export const useWatch = (about: Subject) =>
  useSay((watching: boolean) => written<Watchers>(api.PUT("/api/v1/watchers", { body: { ...about, watching } })));

export const useDeleteFile = (onUndo?: Undo) =>
  useSay(
    ({ id }: { id: string; name: string }) =>
      written<unknown>(api.DELETE("/api/v1/attachments/{attachment_id}", { params: { path: { attachment_id: id } } })),
    ({ name }) => t("file.deleted", { name }),
    onUndo,
  );

/** A conversation: the comment that began it, and what was answered. */
export interface Thread {
  first: Comment;
  answers: Comment[];
}

/** Comments in order, as conversations in order. */
export function threadsOf(comments: Comment[]): Thread[] {
  const threads = new Map<string, Thread>();
  for (const comment of comments) if (comment.thread_id === null) threads.set(comment.id, { first: comment, answers: [] });
  for (const comment of comments) if (comment.thread_id !== null) threads.get(comment.thread_id)?.answers.push(comment);
  return [...threads.values()];
}

/** Whether the reader may take part here and now. */
export function useMayTalk(): boolean {
  const { me, lens } = useHere();
  return me.role !== "viewer" && !isPast(lens);
}
