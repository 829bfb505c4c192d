import { setupServer } from "msw/node";
import { accountHandlers } from "../features/accounts/fakes";
import { collabHandlers } from "../features/collab/fakes";
import { coreHandlers } from "../features/core/fakes";
import { noticeHandlers } from "../features/notices/fakes";
import { roadmapHandlers } from "../features/roadmap/fakes";
import { makeWorld } from "./world";

/** The network of every test. A test that needs another answer says so with `server.use`. */
export const server = setupServer(...handlersFor(12));

export function handlersFor(count: number) {
  const world = makeWorld(count);
  return [...accountHandlers(world), ...collabHandlers(), ...coreHandlers(world), ...noticeHandlers(), ...roadmapHandlers(world)];
}
