import { api, csrfToken, data, toApiError } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Attachment = Schemas["AttachmentOut"];
export type Mentionable = Schemas["MentionableOut"];

/** What a text or a file is about: an item, a release … */
export interface Subject {
  entity: string;
  id: string;
}

/** Where a file is. Only pictures of safe kinds are shown in place; everything else is saved. */
export const fileUrl = (workspace: string, id: string): string =>
  `/api/v1/attachments/${id}/content?workspace=${encodeURIComponent(workspace)}`;

/** Puts a file on a record; a draft waits for the comment that it belongs to. Fails with ApiError. */
export async function uploadFile(workspace: string, about: Subject, file: File, draft: boolean): Promise<Attachment> {
  const query = new URLSearchParams({ ...about, name: file.name || "picture.png", ...(draft ? { draft: "true" } : {}) });
  const response = await fetch(`/api/v1/attachments?${query}`, {
    method: "POST",
    body: file,
    credentials: "same-origin",
    headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": csrfToken(), "X-Trimtab-Workspace": workspace },
  });
  if (!response.ok) throw await toApiError(response);
  return (await response.json()) as Attachment;
}

/** People and teams whose name, key or address begins so. */
export const findMentionable = (text: string, signal?: AbortSignal): Promise<Mentionable[]> =>
  data(api.GET("/api/v1/mentionables", { params: { query: { text } }, ...(signal ? { signal } : {}) }));

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

/** Whether a file is there and can be shown in place. */
export const isPicture = (file: Attachment): boolean => !file.gone && PICTURES.has(file.content_type);

/** How a file stands in a text: a picture is shown, anything else is linked. */
export function markdownOf(file: Attachment): string {
  const name = file.name.replaceAll(/[[\]\\]/g, "_");
  return `${isPicture(file) ? "!" : ""}[${name}](attachment:${file.id})`;
}
