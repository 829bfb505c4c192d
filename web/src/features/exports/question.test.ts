import { describe, expect, it } from "vitest";
import { exportQuestion, fileName } from "./question";

describe("exportQuestion", () => {
  it("asks for exactly what is on screen", () => {
    const view = { q: "level:feature", sort: "-benefit,title", group: "team", as_of: "2026-01-31" };

    expect(exportQuestion(view, ["title", "team", "ref"], { as_of: "2026-01-31" })).toEqual({
      source: "item",
      columns: ["ref", "title", "team"],
      text: "level:feature",
      sort: [{ field: "benefit", desc: true }, { field: "title", desc: false }],
      group: [{ by: "team" }],
      lens: { as_of: "2026-01-31" },
    });
  });

  it("keeps the tree, and leaves it out of a flat list", () => {
    expect(exportQuestion({}, ["title"], {}).tree).toEqual({ axis: "parent" });
    expect(exportQuestion({ tree: "dim.theme" }, ["title"], {}).tree).toEqual({ axis: "dim.theme" });
    expect(exportQuestion({ tree: "none" }, ["title"], {})).toEqual({ source: "item", columns: ["ref", "title"] });
  });
});

describe("fileName", () => {
  it("reads the server's name, else makes one", () => {
    expect(fileName('attachment; filename="acme-item-2026-11-22.csv"', "csv")).toBe("acme-item-2026-11-22.csv");
    expect(fileName(null, "ics")).toBe("export.ics");
  });
});
