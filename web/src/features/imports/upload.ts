import { ApiError, api, data } from "../../api/client";
import type { ImportFile } from "./queries";

export const PIECE = 1024 * 1024;

/** Sends a file piece by piece, going on from where the server says it is. `onSent` is told the bytes so far. */
export async function upload(importId: string, file: File, onSent: (bytes: number) => void): Promise<void> {
  const announced = await data(
    api.POST("/api/v1/imports/{import_id}/files", {
      params: { path: { import_id: importId } },
      body: { name: file.name, size: file.size },
    }),
  );
  await sendFrom(importId, announced, file, 0, onSent);
}

/** The pieces follow one another: each answer says where the next begins. */
async function sendFrom(
  importId: string, announced: ImportFile, file: File, offset: number, onSent: (bytes: number) => void,
): Promise<void> {
  if (offset >= file.size) return;
  const reached = await sendPiece(importId, announced, file.slice(offset, offset + PIECE), offset);
  onSent(reached);
  await sendFrom(importId, announced, file, reached, onSent);
}

async function sendPiece(importId: string, file: ImportFile, piece: Blob, offset: number): Promise<number> {
  try {
    await data(
      api.PUT("/api/v1/imports/{import_id}/files/{file_id}", {
        params: { path: { import_id: importId, file_id: file.id }, query: { offset } },
        body: piece as unknown as string,
        bodySerializer: (body) => body as unknown as Blob,
        headers: { "Content-Type": "application/octet-stream" },
      }),
    );
    return offset + piece.size;
  } catch (error) {
    const received = error instanceof ApiError ? error.extra.received : undefined;
    if (error instanceof ApiError && error.status === 409 && typeof received === "number" && received !== offset) return received;
    throw error;
  }
}
