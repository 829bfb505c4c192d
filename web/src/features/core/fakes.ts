import { http, HttpResponse } from "msw";
import type { Field, HistoryLine } from "../../api/types";
import type { World } from "../../testing/world";

const field = (name: string, label: string, type: string, more: Partial<Field> = {}): Field => ({
  name, label, type, operators: [], sortable: true, groupable: false, totals: [], custom: false, options: [], entity: null, unit: null, formula: null, problem: null, ...more,
});

export const fakeFields: Field[] = [
  field("ref", "Ref", "self"), field("title", "Title", "prose"), field("level", "Level", "ref", { groupable: true }),
  field("phase", "Phase", "ref", { groupable: true }), field("health", "Health", "choice", { groupable: true }),
  field("owner", "Owner", "ref", { groupable: true }), field("team", "Team", "ref", { groupable: true }),
  field("area", "Area", "ref", { groupable: true }), field("timeframe", "Timeframe", "timeframe"),
  field("effort", "Effort", "number", { totals: ["sum"], unit: "person-days" }), field("effort.rolled", "Effort from children", "number"),
  field("benefit", "Benefit", "number", { totals: ["sum"] }), field("progress", "Progress", "number", { unit: "%" }),
  field("tags", "Tags", "tags", { sortable: false }), field("health.note", "Health note", "prose"),
  field("dim.theme", "Theme", "ref", { sortable: false, groupable: true }), field("region", "Region", "choice", { custom: true, groupable: true }),
  field("updated", "Updated", "instant"),
];

export const fakeLine = (seq: number, over: Partial<HistoryLine> = {}): HistoryLine => ({
  seq, entity: "item", record_id: "00000000-0000-7000-8800-000000000001", about: {}, at: "2026-11-21T09:30:00Z", recorded_at: "2026-11-21T09:30:00Z", op: "U",
  fields: { health: { old: "on_track", new: "at_risk", old_label: "On track", new_label: "At risk" } },
  actor: { kind: "person", name: "Jonas Weber" }, origin: "ui", cause: null, note: "Vendor slipped by three weeks.", batch_id: null, version: 2, backfill: false,
  change_set_id: `00000000-0000-7000-8a00-${String(seq).padStart(12, "0")}`, undone: false, ...over,
});

const DAYS = Array.from({ length: 620 }, (_, n) => ({
  day: new Date(Date.UTC(2025, 2, 3) + n * 86_400_000).toISOString().slice(0, 10),
  changes: (n * 37) % 11 === 0 ? 0 : ((n * 53) % 29) + (n % 91 === 0 ? 60 : 0),
})).filter((each) => each.changes > 0);

export const coreHandlers = (world: World) => [
  http.get("*/api/v1/query/fields", () => HttpResponse.json(fakeFields)),
  http.post("*/api/v1/query/complete", async ({ request }) => {
    const { text, cursor } = (await request.json()) as { text: string; cursor: number };
    const from = text.lastIndexOf(" ", cursor - 1) + 1;
    const word = text.slice(from, cursor);
    const values = ["on_track", "at_risk", "off_track", "unknown"].map((value) => ({ text: `health:${value}`, label: value.replace("_", " "), kind: "value" }));
    const names = fakeFields.filter((each) => !each.name.includes(".rolled")).map((each) => ({ text: `${each.name}:`, label: each.label, kind: "field" }));
    const items = (word.startsWith("health:") ? values : names).filter((each) => each.text.startsWith(word)).slice(0, 10);
    return HttpResponse.json({ from, to: cursor, items });
  }),
  http.get("*/api/v1/history/days", () => HttpResponse.json({ days: DAYS, first: "2025-03-03" })),
  http.get("*/api/v1/history", ({ request }) => {
    const id = new URL(request.url).searchParams.get("id") ?? "";
    const lines = [
      ...(world.history.get(id) ?? []),
      fakeLine(3),
      fakeLine(4, {
        entity: "estimate", note: "", change_set_id: fakeLine(3).change_set_id, about: { team_id: { value: "t", label: "Checkout" } },
        fields: { likely: { old: 8, new: 13, old_label: null, new_label: null } },
      }),
      fakeLine(2, {
        at: "2026-10-02T08:00:00Z", recorded_at: "2026-10-02T08:00:00Z", origin: "api", note: "", actor: { kind: "person", name: "Ana Ferreira" },
        fields: {
          end_on: { old: "2026-09-30", new: "2026-12-31", old_label: null, new_label: null },
          end_precision: { old: "quarter", new: "quarter", old_label: null, new_label: null },
        },
      }),
      fakeLine(1, { op: "I", backfill: true, at: "2025-06-02T08:00:00Z", origin: "import", note: "", cause: { kind: "kep", file: "items.csv" }, actor: { kind: "person", name: "" }, fields: { title: { old: null, new: "First title", old_label: null, new_label: null } } }),
    ];
    return HttpResponse.json({ lines, next: null });
  }),
  http.get("*/api/v1/batches", () =>
    HttpResponse.json([
        { id: "b2", kind: "bulk", label: "Moved nine features to Q1 2027", actor_name: "Jonas Weber", opened_at: "2026-11-20T10:00:00Z", undone_at: null, undone_by: null, undoes: null },
        { id: "b1", kind: "import", label: "portfolio.csv", actor_name: "Ana Ferreira", opened_at: "2026-03-02T10:00:00Z", undone_at: "2026-03-02T11:00:00Z", undone_by: "b0", undoes: null },
    ]),
  ),
  http.post("*/api/v1/batches/:id/undo", () => HttpResponse.json({ batch_id: "b3", restored: 9, refused: [] })),
  http.post("*/api/v1/change-sets/:id/undo", () => HttpResponse.json({ batch_id: "b3", restored: 1, refused: [] })),
  http.get("*/api/v1/stream", () => new HttpResponse(null, { status: 204 })),
];
