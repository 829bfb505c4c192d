import { describe, expect, it } from "vitest";
import type { HistoryLine } from "../../api/types";
import { tellPart } from "./part-history";

const ME = "00000000-0000-7000-8800-000000000001";
const OTHER = "00000000-0000-7000-8800-000000000002";

type Change = [old: unknown, now: unknown, oldLabel?: string | null, newLabel?: string];

function told(
  entity: HistoryLine["entity"],
  op: HistoryLine["op"],
  about: Record<string, [value: unknown, label?: string]> = {},
  fields: Record<string, Change> = {},
): string[] | undefined {
  const line: HistoryLine = {
    seq: 1, entity, record_id: ME, op, at: "2026-11-21T09:30:00Z", recorded_at: "2026-11-21T09:30:00Z", version: 1,
    actor: { kind: "person", name: "Ana" }, origin: "ui", cause: null, note: "", batch_id: null, change_set_id: ME, backfill: false, undone: false,
    about: Object.fromEntries(Object.entries(about).map(([name, [value, label]]) => [name, { value, label: label ?? null }])),
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [old, now, oldLabel, newLabel]]) => [name, { old, new: now, old_label: oldLabel ?? null, new_label: newLabel ?? null }]),
    ),
  };
  return tellPart(line, ME)?.map(({ what, was, is, did }) => [what, was && `${was} →`, is, did].filter(Boolean).join(" "));
}

describe("tellPart", () => {
  it("leaves the item's own lines alone", () => expect(told("item", "U")).toBeUndefined());

  it("names what was added and removed", () => {
    const growth = { dimension_id: ["d", "Theme"], value_id: ["v", "Growth"] } as const;
    expect(told("item_text", "U", {}, { body: ["a", "b"] })).toEqual(["Description changed"]);
    expect(told("item_value", "I", { ...growth } as never)).toEqual(["Theme: Growth added"]);
    expect(told("item_value", "D", { ...growth } as never)).toEqual(["Theme: Growth removed"]);
    expect(told("custom_link", "I", { field_id: ["f", "Reviewers"], person_id: ["p", "Ana"], team_id: [null], item_id: [null] })).toEqual([
      "Reviewers: Ana added",
    ]);
  });

  it("tells a team's estimate before and after, in days", () => {
    const team = { team_id: ["t", "SIG Node"] } as const;
    expect(told("estimate", "I", { ...team } as never, { likely: [null, 1] })).toEqual(["Estimate of SIG Node 1 day"]);
    expect(told("estimate", "U", { ...team } as never, { likely: [8, 13], high: [null, 20] })).toEqual([
      "Estimate of SIG Node 8 → 13 days",
      "Estimate of SIG Node, high — → 20 days",
    ]);
    expect(told("estimate", "D", { team_id: [null] }, { likely: [8, null] })).toEqual(["Estimate without a team removed"]);
  });

  it("tells where the item is in another track", () => {
    const track = { track_id: ["t", "Design"], phase_id: ["p", "Done"] } as const;
    expect(told("item_phase", "I", { ...track } as never, { phase_id: [null, "p", null, "To do"] })).toEqual(["Design To do"]);
    expect(told("item_phase", "U", { ...track } as never, { phase_id: ["q", "p", "To do", "Done"] })).toEqual(["Design To do → Done"]);
    expect(told("item_phase", "D", { ...track } as never, { phase_id: ["p", null, "Done"] })).toEqual(["Design: Done removed"]);
  });

  it("tells a tie from this item's end", () => {
    const waits = { from_item_id: [OTHER, "TR-12 Sync"], to_item_id: [ME, "TR-1 Me"] } as const;
    const holds = { from_item_id: [ME, "TR-1 Me"], to_item_id: [OTHER, "TR-12 Sync"], type: ["replaces"] } as const;
    expect(told("dependency", "I", { ...waits } as never)).toEqual(["Depends on TR-12 Sync added"]);
    expect(told("dependency", "D", { ...holds } as never)).toEqual(["Needed by TR-12 Sync removed"]);
    expect(told("dependency", "U", { ...waits } as never, { state: ["asked", "at_risk"], lag_days: [0, 1] })).toEqual([
      "Depends on TR-12 Sync, state asked → at risk",
      "Depends on TR-12 Sync, lag 0 days → 1 day",
    ]);
    expect(told("relation", "I", { ...holds } as never)).toEqual(["Replaces TR-12 Sync added"]);
  });
});
