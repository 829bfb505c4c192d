import { expect, it } from "vitest";
import { addDays, fromDay } from "./dates";
import { type Fiscal, periodAt, periodOf } from "./fiscal";
import { formatPoint, formatTimeframe, parseTimeframe } from "./timeframe";

const RETAIL: Fiscal = { start_month: 2, pattern: "4-4-5" };
const calendars: Fiscal[] = ["calendar", "4-4-5", "4-5-4", "5-4-4", "increments"].flatMap((pattern) =>
  [1, 2, 7, 10].map((start_month) => ({ start_month, pattern })),
);

it("names a period of weeks by what it is, not by the month that it begins in", () => {
  // As the server has them: Q1 of fiscal 2027 runs from 2 February to 3 May 2026, its second month from 2 March.
  expect(formatPoint("2026-02-02", "quarter", RETAIL)).toBe("Q1 FY27");
  expect(formatPoint("2026-05-03", "quarter", RETAIL)).toBe("Q1 FY27");
  expect(formatPoint("2026-05-04", "quarter", RETAIL)).toBe("Q2 FY27");
  expect(formatPoint("2026-03-30", "month", RETAIL)).toBe("Apr 2026");
  expect(formatPoint("2026-03-29", "month", RETAIL)).toBe("Mar 2026");
  expect(formatPoint("2025-12-29", "month", { start_month: 1, pattern: "4-4-5" })).toBe("Jan 2026");
  expect(formatPoint("2025-12-29", "year", { start_month: 1, pattern: "4-4-5" })).toBe("2026");
});

it("leaves no day out and counts none twice, in every calendar", () => {
  for (const fiscal of calendars) {
    for (const part of ["month", "quarter", "half", "year"] as const) {
      let day = "2024-11-20";
      while (day < "2027-03-01") {
        const period = periodOf(fiscal, day, part);
        expect(period.start <= day && day <= period.end).toBe(true);
        expect(periodAt(fiscal, period.year, part, period.index)).toEqual(period);
        day = addDays(period.end, 1);
      }
    }
  }
});

it("cuts quarters of weeks by the pattern; a long year ends with a longer month", () => {
  for (const [pattern, weeks] of [["4-4-5", [4, 4, 5]], ["4-5-4", [4, 5, 4]], ["5-4-4", [5, 4, 4]]] as const) {
    for (let year = 2020; year < 2040; year += 1) {
      const lengths = Array.from({ length: 12 }, (_, at) => {
        const { start, end } = periodAt({ start_month: 2, pattern }, year, "month", at + 1);
        return (fromDay(end) - fromDay(start)) / 86_400_000 / 7 + 1 / 7;
      }).map(Math.round);
      expect(lengths.slice(0, 11)).toEqual([...weeks, ...weeks, ...weeks, ...weeks].slice(0, 11));
      expect([weeks[2], weeks[2] + 1]).toContain(lengths[11]);
    }
  }
});

it("reads back what it shows, in every calendar", () => {
  for (const fiscal of calendars) {
    for (const part of ["month", "quarter", "half", "year"] as const) {
      for (let index = 1; index <= { month: 12, quarter: 4, half: 2, year: 1 }[part]; index += 1) {
        const { start, end } = periodAt(fiscal, 2027, part, index);
        const frame = { start, start_precision: part, end, end_precision: part };
        expect(parseTimeframe(formatTimeframe(frame, fiscal), fiscal)).toEqual(frame);
      }
    }
  }
});
