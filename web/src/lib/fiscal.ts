import { type Day, toDay } from "./dates";

/** How a workspace divides its years. A fiscal year is named after the calendar year in which its last month lies. */
export interface Fiscal {
  /** 1 for January. */
  start_month: number;
  pattern: string;
  increment_weeks?: number | null;
  increment_from?: string | null;
}

export const CALENDAR: Fiscal = { start_month: 1, pattern: "calendar" };
export type Part = "month" | "quarter" | "half" | "year";

export interface Period {
  year: number;
  /** From 1 within its year. */
  index: number;
  start: Day;
  end: Day;
}

const DAY_MS = 86_400_000;
const WEEKS: Record<string, [number, number, number]> = { "4-4-5": [4, 4, 5], "4-5-4": [4, 5, 4], "5-4-4": [5, 4, 4] };
const MONTHS_IN: Record<Part, number> = { month: 1, quarter: 3, half: 6, year: 12 };

export const isWeekly = (fiscal: Fiscal): boolean => fiscal.pattern in WEEKS;
const time = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

function firstOfMonth(fiscal: Fiscal, year: number, month: number): number {
  return Date.UTC(fiscal.start_month === 1 ? year : year - 1, fiscal.start_month - 1 + month, 1);
}

/** The first day of a fiscal year: of its first month, or where periods are of weeks the Monday nearest to it. */
function yearStart(fiscal: Fiscal, year: number): number {
  const first = firstOfMonth(fiscal, year, 0);
  if (fiscal.pattern === "calendar") return first;
  const ahead = (8 - new Date(first).getUTCDay()) % 7;
  return first + (ahead <= 3 ? ahead : ahead - 7) * DAY_MS;
}

/** Where each of the twelve months of a fiscal year begins, and the day behind the last. */
function monthStarts(fiscal: Fiscal, year: number): number[] {
  const start = yearStart(fiscal, year);
  const weeks = WEEKS[fiscal.pattern];
  const starts = Array.from({ length: 12 }, (_, month) => {
    if (!weeks) return month === 0 ? start : firstOfMonth(fiscal, year, month);
    const [first, second] = weeks;
    return start + (13 * Math.floor(month / 3) + [0, first, first + second][month % 3]!) * 7 * DAY_MS;
  });
  return [...starts, yearStart(fiscal, year + 1)];
}

/** One period of a fiscal year by its number. */
export function periodAt(fiscal: Fiscal, year: number, part: Part, index: number): Period {
  const starts = monthStarts(fiscal, year);
  const months = MONTHS_IN[part];
  return { year, index, start: toDay(starts[(index - 1) * months]!), end: toDay(starts[index * months]! - DAY_MS) };
}

/** The period that a day lies in. */
export function periodOf(fiscal: Fiscal, day: Day, part: Part): Period {
  let year = Number(day.slice(0, 4)) + 1;
  while (time(day) < yearStart(fiscal, year)) year -= 1;
  const starts = monthStarts(fiscal, year);
  const month = starts.findLastIndex((start) => start <= time(day));
  return periodAt(fiscal, year, part, Math.floor(month / MONTHS_IN[part]) + 1);
}

/** The month of the calendar in whose middle a period's first month lies: its name, as in the query language. */
export const monthNamed = (period: Period): Day => toDay(time(period.start) + 14 * DAY_MS);
