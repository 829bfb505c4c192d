import type { Lens } from "../../api/types";
import { isPast } from "../../api/workspace";
import { readSort, type ViewSearch } from "../../lib/view";

export const FORMATS = ["csv", "xlsx", "json", "md", "ics"] as const;
export type Format = (typeof FORMATS)[number];

/** More rows than this are made in the background. */
export const AT_ONCE = 20_000;

/** The question whose answer is on screen: the same filter, order, columns, tree or groups, and point of view. */
export function exportQuestion(view: ViewSearch, columns: readonly string[], lens: Lens): Record<string, unknown> {
  const sort = readSort(view.sort);
  const axis = view.tree ?? "parent";
  return {
    source: "item",
    columns: [...new Set(["ref", ...columns])],
    ...(view.q ? { text: view.q } : {}),
    ...(sort.length > 0 ? { sort } : {}),
    ...(view.group ? { group: [{ by: view.group }] } : axis === "none" ? {} : { tree: { axis } }),
    ...(isPast(lens) ? { lens } : {}),
  };
}

/** The file's name in an answer's header. */
export function fileName(disposition: string | null, format: Format): string {
  return /filename="?([^";]+)"?/.exec(disposition ?? "")?.[1] ?? `export.${format}`;
}
