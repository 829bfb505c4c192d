import { http, HttpResponse } from "msw";
import { fakeMe } from "../../testing/world";
import type { Comment, Watchers } from "./queries";

export function makeComment(n: number, over: Partial<Comment> = {}): Comment {
  return {
    id: `00000000-0000-7000-8c00-${n.toString(16).padStart(12, "0")}`, version: 1, entity: "item", subject_id: "item-1", thread_id: null,
    author_id: fakeMe.person_id, author_name: fakeMe.user.name, body: `Comment ${n}`, posted_at: "2026-11-20T14:12:00Z",
    edited_at: null, deleted_at: null, resolved_at: null, resolved_by: null, mentions: [], reactions: [], attachments: [],
    ...over,
  };
}

/** Conversations that answer like the server: what is said is there afterwards. Begins with nothing said. */
export function collabHandlers(comments: Comment[] = []) {
  const said = [...comments];
  const watchers: Watchers = { watchers: [], watching: false };
  const change = (id: unknown, over: Partial<Comment>) => {
    const at = said.findIndex((each) => each.id === id);
    said[at] = { ...(said[at] as Comment), ...over };
    return HttpResponse.json(said[at]);
  };
  return [
    http.get("*/api/v1/comments", () => HttpResponse.json({ comments: said, count: said.filter((each) => !each.deleted_at).length, next: null })),
    http.post("*/api/v1/comments", async ({ request }) => {
      const { body, thread_id } = (await request.json()) as { body: string; thread_id?: string };
      const made = makeComment(said.length + 100, { body, thread_id: thread_id ?? null });
      said.push(made);
      return HttpResponse.json(made, { status: 201 });
    }),
    http.patch("*/api/v1/comments/:id", async ({ params, request }) => {
      const { body } = (await request.json()) as { body: string };
      return change(params.id, { body, edited_at: "2026-11-21T08:00:00Z" });
    }),
    http.delete("*/api/v1/comments/:id", ({ params }) => {
      said.splice(said.findIndex((each) => each.id === params.id), 1);
      return new HttpResponse(null, { status: 204 });
    }),
    http.put("*/api/v1/comments/:id/resolved", async ({ params, request }) => {
      const { resolved } = (await request.json()) as { resolved: boolean };
      return change(params.id, { resolved_at: resolved ? "2026-11-21T08:00:00Z" : null, resolved_by: resolved ? fakeMe.user.name : null });
    }),
    http.put("*/api/v1/comments/:id/reactions", async ({ params, request }) => {
      const { emoji, on } = (await request.json()) as { emoji: string; on: boolean };
      return change(params.id, { reactions: on ? [{ emoji, count: 1, mine: true, people: [fakeMe.user.name] }] : [] });
    }),
    http.get("*/api/v1/attachments", () => HttpResponse.json({ attachments: [] })),
    http.get("*/api/v1/watchers", () => HttpResponse.json(watchers)),
    http.put("*/api/v1/watchers", async ({ request }) => {
      watchers.watching = ((await request.json()) as { watching: boolean }).watching;
      return HttpResponse.json(watchers);
    }),
    http.get("*/api/v1/mentionables", () =>
      HttpResponse.json([{ handle: "mei-tanaka", kind: "person", id: "p-mei", name: "Mei Tanaka" }]),
    ),
  ];
}
