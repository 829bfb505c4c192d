import { http, HttpResponse } from "msw";
import type { Answer, Item, QueryRequest } from "../../api/types";
import { fakeConfig, makeItem, type World } from "../../testing/world";
import { itemValue, rolledValue } from "./item-values";
import type { ItemRules } from "./rules";

function value(item: Item, column: string): unknown {
  if (column === "ref" || column === "id" || column === "version") return item[column];
  if (column.endsWith(".rolled")) return rolledValue(item, column.slice(0, -7));
  if (column.startsWith("dim.")) return item.dimensions[column.slice(4)]?.[0] ?? null;
  const own = itemValue(item, column);
  return column === "timeframe" && item.start_precision === null && item.end_precision === null ? null : own;
}

function matches(item: Item, text: string): boolean {
  return text.split(/\s+/).filter(Boolean).every((piece) => {
    const [name, wanted] = piece.replace(/^-/, "").split(":");
    if (wanted === undefined) return item.title.toLowerCase().includes(piece.toLowerCase());
    const hit = String(value(item, name ?? "")) === wanted;
    return piece.startsWith("-") ? !hit : hit;
  });
}

function problemIn(text: string) {
  const wrong = /(?:^|\s)(\w+):/g;
  for (const match of text.matchAll(wrong)) {
    const name = match[1] ?? "";
    if (name === "healht") {
      return { message: "There is no field healht.", position: text.indexOf(name), length: name.length, suggestion: "health" };
    }
  }
  return null;
}

/** As it stood: later items are not there yet, and some values were others. */
function asItStood(items: Item[], day: string): { item: Item; changed: string[] }[] {
  const share = Math.min(1, Math.max(0.2, (Date.parse(day) - Date.UTC(2025, 2, 3)) / (620 * 86_400_000)));
  return items.slice(0, Math.ceil(items.length * share)).map((item, n) =>
    n % 5 === 0 ? { item: { ...item, phase_id: fakeConfig.phases[0]?.id ?? "", health: "on_track" }, changed: ["phase", "health"] } : { item, changed: [] },
  );
}

function answer(world: World, request: QueryRequest): Answer {
  const day = request.lens?.as_of;
  let rows = day ? asItStood(world.items, day) : world.items.map((item) => ({ item, changed: [] as string[] }));
  if (request.text) rows = rows.filter(({ item }) => matches(item, request.text ?? ""));
  const key = request.sort?.[0];
  if (key) {
    const sign = key.desc ? -1 : 1;
    rows = rows.toSorted((a, b) => sign * String(value(a.item, key.field) ?? "~").localeCompare(String(value(b.item, key.field) ?? "~"), "en", { numeric: true }));
  }
  const columns: Record<string, unknown[]> = {};
  for (const name of ["id", "version", ...request.columns]) columns[name] = rows.map(({ item }) => value(item, name));
  if (day) {
    columns._changed = rows.map(({ changed }) => changed);
    columns._deleted = rows.map((_row, n) => n === 7);
  }
  if (request.tree) {
    const shown = new Set(rows.map(({ item }) => item.id));
    const depth = new Map<string, number>();
    for (const { item } of rows) depth.set(item.id, item.parent_id && shown.has(item.parent_id) ? (depth.get(item.parent_id) ?? 1) + 1 : 1);
    columns.depth = rows.map(({ item }) => depth.get(item.id));
    columns.parent_id = rows.map(({ item }) => item.parent_id);
    columns.has_children = rows.map(({ item }, n) => (depth.get(rows[n + 1]?.item.id ?? "") ?? 0) > (depth.get(item.id) ?? 0));
  }
  const by = request.group?.[0]?.by;
  const gathered = new Map<unknown, Item[]>();
  if (by) for (const { item } of rows) gathered.set(value(item, by), [...(gathered.get(value(item, by)) ?? []), item]);
  const groups = by
    ? [...gathered].map(([group, own]) => ({
        key: [group],
        label: [by === "team" ? (fakeConfig.teams.find((team) => team.id === group)?.name ?? null) : String(group ?? "")],
        totals: { count: own.length, "sum.benefit": own.reduce((sum, item) => sum + (item.benefit ?? 0), 0) },
      }))
    : undefined;
  return { source: "item", columns, refs: {}, rows: rows.length, count: rows.length, next: null, ...(groups ? { groups } : {}) };
}

function patch(item: Item, set: Record<string, unknown>): Item {
  const { dimensions, custom, ...plain } = set as Partial<Item>;
  return {
    ...item,
    ...plain,
    dimensions: { ...item.dimensions, ...dimensions },
    custom: { ...item.custom, ...custom },
    version: item.version + 1,
    updated_at: new Date().toISOString(),
  };
}

/** Nothing is demanded, nothing is stale; health counts as it was stated. */
export const fakeRules = (item: Item, over: Partial<ItemRules> = {}): ItemRules => ({
  layout_id: null, sections: [], missing: [], stale: [], computed: [],
  health: { current: item.health, source: item.health ? "stated" : "inferred", said: item.health, note: item.health_note, inferred: "on_track", why: null, by_id: null, at: null, until: null },
  horizon: { stated: item.horizon, suggested: null, current: item.horizon },
  ...over,
});

export const roadmapHandlers = (world: World) => {
  const stamp = () => {
    world.changeSets += 1;
    return { headers: { "Trimtab-Change-Set": `00000000-0000-7000-8b00-${String(world.changeSets).padStart(12, "0")}` } };
  };
  return [
    http.get("*/api/v1/config", () => HttpResponse.json(fakeConfig)),
    http.post("*/api/v1/query", async ({ request }) => {
      const body = (await request.json()) as QueryRequest;
      const problem = problemIn(body.text ?? "");
      if (problem) {
        return HttpResponse.json({ code: "query_invalid", status: 400, detail: problem.message, extra: { problems: [problem] }, request_id: "r1" }, { status: 400 });
      }
      return HttpResponse.json(answer(world, body));
    }),
    http.get("*/api/v1/items/:id", ({ params }) => {
      const item = world.items.find((each) => each.id === params.id);
      return item ? HttpResponse.json(item) : HttpResponse.json({ code: "not_found", status: 404 }, { status: 404 });
    }),
    http.get("*/api/v1/items/:id/rules", ({ params }) => {
      const item = world.items.find((each) => each.id === params.id);
      return item ? HttpResponse.json(fakeRules(item)) : HttpResponse.json({ code: "not_found", status: 404 }, { status: 404 });
    }),
    http.patch("*/api/v1/items/:id", async ({ params, request }) => {
      const { set } = (await request.json()) as { set: Record<string, unknown> };
      const at = world.items.findIndex((each) => each.id === params.id);
      const changed = patch(world.items[at] as Item, set);
      world.items[at] = changed;
      return HttpResponse.json(changed, stamp());
    }),
    http.post("*/api/v1/items", async ({ request }) => {
      const item = makeItem(world.items.length + 1, (await request.json()) as Partial<Item>);
      world.items.push(item);
      return HttpResponse.json(item, stamp());
    }),
    http.delete("*/api/v1/items/:id", ({ params }) => {
      world.items = world.items.filter((each) => each.id !== params.id);
      return HttpResponse.json(null, stamp());
    }),
  ];
};
