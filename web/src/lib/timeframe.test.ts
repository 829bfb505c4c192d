import { describe, expect, it } from "vitest";
import type { Timeframe } from "../api/types";
import type { Fiscal } from "./fiscal";
import { formatTimeframe, parseTimeframe, quarterAround } from "./timeframe";

const frame = (start: string | null, startPrecision: string | null, end: string | null, endPrecision: string | null): Timeframe => ({
  start, start_precision: startPrecision, end, end_precision: endPrecision,
});

const APRIL: Fiscal = { start_month: 4, pattern: "calendar" };

describe("formatTimeframe", () => {
  it.each([
    [frame("2026-07-01", "quarter", "2026-09-30", "quarter"), "Q3 2026"],
    [frame("2026-01-01", "quarter", "2026-09-30", "quarter"), "Q1–Q3 2026"],
    [frame("2026-10-01", "quarter", "2027-03-31", "quarter"), "Q4 2026 – Q1 2027"],
    [frame("2026-03-12", "day", "2026-03-12", "day"), "12 Mar 2026"],
    [frame("2026-03-03", "day", "2026-03-14", "day"), "3–14 Mar 2026"],
    [frame("2026-03-28", "day", "2026-04-04", "day"), "28 Mar – 4 Apr 2026"],
    [frame("2026-03-01", "month", "2026-05-31", "month"), "Mar–May 2026"],
    [frame("2026-01-01", "year", "2026-12-31", "year"), "2026"],
    [frame("2026-07-01", "half", "2026-12-31", "half"), "H2 2026"],
    [frame("2026-03-01", "month", "2026-09-30", "quarter"), "Mar 2026 – Q3 2026"],
    [frame(null, "later", null, "later"), "later"],
    [frame("2026-07-01", "quarter", null, "later"), "Q3 2026 – later"],
    [frame(null, null, "2026-09-30", "quarter"), "until Q3 2026"],
    [frame("2026-07-01", "quarter", null, null), "from Q3 2026"],
    [frame(null, null, null, null), "—"],
  ])("is as precise as the plan: %j reads %s", (given, words) => {
    expect(formatTimeframe(given)).toBe(words);
  });

  it("is missing, not zero, when there is none", () => {
    expect(formatTimeframe(null)).toBe("—");
  });

  it("names quarters and years of the fiscal calendar", () => {
    expect(formatTimeframe(frame("2026-07-01", "quarter", "2026-09-30", "quarter"), APRIL)).toBe("Q2 FY27");
    expect(formatTimeframe(frame("2026-04-01", "year", "2027-03-31", "year"), APRIL)).toBe("FY27");
  });
});

describe("parseTimeframe", () => {
  it.each(["Q3 2026", "Q1–Q3 2026", "Q4 2026 – Q1 2027", "12 Mar 2026", "Mar–May 2026", "2026", "H2 2026", "later", "until Q3 2026", "from Q3 2026", "Q3 2026 – later", "—"])(
    "reads back what is shown: %s",
    (words) => {
      expect(formatTimeframe(parseTimeframe(words))).toBe(words);
    },
  );

  it.each([
    ["2026-Q3", "Q3 2026"],
    ["2026-03", "Mar 2026"],
    ["march 2026", "Mar 2026"],
    ["q1 2026 to q2 2026", "Q1–Q2 2026"],
    ["2026-03-12", "12 Mar 2026"],
    ["by Q3 2026", "until Q3 2026"],
  ])("reads other spellings: %s", (words, shown) => {
    expect(formatTimeframe(parseTimeframe(words))).toBe(shown);
  });

  it.each(["soon", "Q5 2026", "31 Feb 2026", "Q3 2026 - Q1 2026", "H3 2026"])("refuses %s", (words) => {
    expect(parseTimeframe(words)).toBeNull();
  });

  it("never adds precision", () => {
    expect(parseTimeframe("Q3 2026")).toEqual(frame("2026-07-01", "quarter", "2026-09-30", "quarter"));
  });

  it("reads back fiscal periods", () => {
    for (const words of ["Q2 FY27", "FY27", "H1 FY27"]) expect(formatTimeframe(parseTimeframe(words, APRIL), APRIL)).toBe(words);
  });
});

it("offers the quarters from now on", () => {
  expect([0, 1, 2].map((by) => quarterAround("2026-11-22", by))).toEqual(["Q4 2026", "Q1 2027", "Q2 2027"]);
});
