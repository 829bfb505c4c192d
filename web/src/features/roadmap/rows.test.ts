import { describe, expect, it } from "vitest";
import type { Answer } from "../../api/types";
import { changedCells, flatRows, groupedRows, treeRows, withValues } from "./rows";

const answer = (columns: Record<string, unknown[]>, more: Partial<Answer> = {}): Answer => ({
  source: "item", columns, refs: {}, rows: columns.id?.length ?? 0, ...more,
});

const tree = answer({
  id: ["a", "b", "c", "d", "e"],
  depth: [1, 2, 3, 4, 1],
  has_children: [true, true, true, false, false],
});

describe("treeRows", () => {
  it("opens two levels by itself", () => {
    const { rows } = treeRows(tree, new Map(), new Map());
    expect(rows.map((row) => row.key)).toEqual(["a", "b", "c", "e"]);
  });

  it("opens and closes by hand", () => {
    expect(treeRows(tree, new Map(), new Map([["c", true]])).rows.map((row) => row.key)).toEqual(["a", "b", "c", "d", "e"]);
    expect(treeRows(tree, new Map(), new Map([["a", false]])).rows.map((row) => row.key)).toEqual(["a", "e"]);
  });

  it("asks for children that did not come along, and places them when they do", () => {
    const roots = answer({ id: ["a", "e"], depth: [1, 1], has_children: [true, false] });
    const open = new Map([["a", true]]);
    const before = treeRows(roots, new Map(), open);
    expect(before.wanted).toEqual(["a"]);
    expect(before.rows.map((row) => row.kind)).toEqual(["item", "gap", "item"]);
    const below = answer({ id: ["b"], depth: [1], has_children: [false] });
    const after = treeRows(roots, new Map([["a", below]]), open);
    expect(after.rows.map((row) => [row.kind, row.depth])).toEqual([["item", 0], ["item", 1], ["item", 0]]);
  });

  it("shows areas as headings and one item under two values as two rows", () => {
    const areas = answer({
      id: ["x", "i", "y", "i"], node: ["area", "item", "area", "item"], label: ["Payments", null, "Risk", null],
      depth: [1, 2, 1, 2], parent_id: [null, "x", null, "y"], has_children: [true, false, true, false], "total.count": [1, 1, 1, 1],
    });
    const { rows } = treeRows(areas, new Map(), new Map());
    expect(rows.map((row) => row.kind)).toEqual(["group", "item", "group", "item"]);
    expect(new Set(rows.map((row) => row.key)).size).toBe(4);
  });
});

it("keeps a place for every row that is still to come", () => {
  const rows = flatRows([answer({ id: ["a"] })], 3);
  expect(rows.map((row) => row.kind)).toEqual(["item", "gap", "gap"]);
});

it("puts rows under their groups, groups under the groups above them, and folds both", () => {
  const page = answer(
    { id: ["1", "2", "3"], team: ["t1", "t2", null] },
    {
      groups: [
        { key: ["t1"], label: ["Core"], parent: null, totals: { count: 2 } },
        { key: ["t2"], label: ["Core API"], parent: "t1", totals: { count: 1 } },
        { key: [null], label: [null], parent: null, totals: { count: 1 } },
      ],
    },
  );
  const open = groupedRows([page], "team", new Map());
  expect(open.map((row) => [row.key, row.depth])).toEqual([
    ["group:t1", 0], ["t1:1", 1], ["group:t2", 1], ["t2:2", 2], ["group:", 0], [":3", 1],
  ]);
  expect(groupedRows([page], "team", new Map([["group:t1", false]])).map((row) => row.key)).toEqual(["group:t1", "group:", ":3"]);
});

it("changes one item in a copy and leaves other answers alone", () => {
  const before = answer({ id: ["a", "b"], health: ["on_track", "on_track"] });
  const after = withValues(before, "b", { health: "at_risk" });
  expect(after.columns.health).toEqual(["on_track", "at_risk"]);
  expect(before.columns.health).toEqual(["on_track", "on_track"]);
  expect(withValues(before, "z", { health: "at_risk" })).toBe(before);
});

it("finds the cells that somebody else rewrote", () => {
  const before = answer({ id: ["a", "b"], version: [1, 1], health: ["on_track", null], title: ["A", "B"] });
  const after = answer({ id: ["b", "a"], version: [1, 2], health: [null, "at_risk"], title: ["B", "A"] });
  expect([...changedCells([before], [after])]).toEqual([["a", new Set(["health"])]]);
});
