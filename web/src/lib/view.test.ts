import { expect, it } from "vitest";
import { nextSort, readQueryString, readSort, readView, withChanges, writeQueryString, writeSort } from "./view";

it("keeps a view in a readable address and reads it back", () => {
  const view = { q: 'level:feature team:"SIG Node"', sort: "-benefit,title", tree: "area", as_of: "2022-01-01" };
  const address = writeQueryString(view);
  expect(address).toContain("level:feature");
  expect(address).toContain("sort=-benefit,title");
  expect(readView(readQueryString(address))).toEqual(view);
});

it("leaves out what makes no sense", () => {
  expect(readView({ as_of: "yesterday", tab: "other", q: "" })).toEqual({});
});

it("takes a part away", () => {
  expect(withChanges({ q: "a", item: "1" }, { item: undefined, q: "" })).toEqual({});
});

it("sorts up, then down, then not at all; with Shift beside the others", () => {
  const up = nextSort([], "benefit", false);
  const down = nextSort(up, "benefit", false);
  expect([writeSort(up), writeSort(down), writeSort(nextSort(down, "benefit", false))]).toEqual(["benefit", "-benefit", ""]);
  expect(writeSort(nextSort(readSort("-benefit"), "title", true))).toBe("-benefit,title");
});
