import { setupWorker } from "msw/browser";
import { accountHandlers } from "../features/accounts/fakes";
import { coreHandlers } from "../features/core/fakes";
import { noticeHandlers } from "../features/notices/fakes";
import { roadmapHandlers } from "../features/roadmap/fakes";
import { makeWorld } from "./world";

/** For `npm run dev:mock` alone: the client on a made-up portfolio, `?items=10000` for a large one. */
export async function startMockServer(): Promise<void> {
  const asked = new URLSearchParams(window.location.search).get("items") ?? sessionStorage.getItem("items") ?? "640";
  sessionStorage.setItem("items", asked);
  const world = makeWorld(Number(asked));
  const worker = setupWorker(...accountHandlers(world), ...coreHandlers(world), ...noticeHandlers(), ...roadmapHandlers(world));
  await worker.start({ quiet: true, onUnhandledRequest: "bypass" });
}
