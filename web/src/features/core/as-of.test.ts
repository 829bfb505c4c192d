import { expect, it } from "vitest";
import { asOf, densityBars, stepBy, yearMarks } from "./as-of";

const FIRST = "2018-12-01";
const TODAY = "2026-11-22";

it("takes today for live and keeps to the days that there are", () => {
  expect(asOf(TODAY, FIRST, TODAY)).toBeNull();
  expect(asOf("2022-01-01", FIRST, TODAY)).toBe("2022-01-01");
  expect(asOf("2001-01-01", FIRST, TODAY)).toBe(FIRST);
});

it.each([
  ["ArrowLeft", false, "2022-03-30"],
  ["ArrowRight", true, "2022-04-07"],
  ["PageDown", false, "2022-02-28"],
  ["PageUp", false, "2022-04-30"],
  ["Home", false, FIRST],
  ["End", false, TODAY],
])("moves with %s (Shift: %s)", (key, shift, expected) => {
  expect(stepBy(key, shift, "2022-03-31", FIRST, TODAY)).toBe(expected);
});

it("does not leave the rail, and leaves other keys alone", () => {
  expect(stepBy("ArrowRight", false, TODAY, FIRST, TODAY)).toBe(TODAY);
  expect(stepBy("PageDown", false, FIRST, FIRST, TODAY)).toBe(FIRST);
  expect(stepBy("a", false, TODAY, FIRST, TODAY)).toBeUndefined();
});

it("gathers days into bars that stay on the rail", () => {
  const bars = densityBars([{ day: FIRST, changes: 400 }, { day: TODAY, changes: 1 }, { day: "1900-01-01", changes: 9 }], FIRST, TODAY, 10);
  expect(bars).toHaveLength(2);
  expect(bars[0]).toMatchObject({ left: 0, height: 1 });
  expect(bars[1]?.left).toBe(0.9);
});

it("marks each new year", () => {
  expect(yearMarks("2024-06-01", "2026-06-01").map(({ year }) => year)).toEqual([2025, 2026]);
});
