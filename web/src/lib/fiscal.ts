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

/** Where a month of a fiscal year begins, from 0; 12 is the day behind the last. */
function monthStart(fiscal: Fiscal, year: number, month: number): number {
  if (month === 12) return yearStart(fiscal, year + 1);
  const weeks = WEEKS[fiscal.pattern];
  if (!weeks) return month === 0 ? yearStart(fiscal, year) : firstOfMonth(fiscal, year, month);
  const before = weeks.slice(0, month % 3).reduce((sum, each) => sum + each, 13 * Math.floor(month / 3));
  return yearStart(fiscal, year) + before * 7 * DAY_MS;
}

/** One period of a fiscal year by its number. */
export function periodAt(fiscal: Fiscal, year: number, part: Part, index: number): Period {
  const months = MONTHS_IN[part];
  const [first, behind] = [(index - 1) * months, index * months].map((month) => monthStart(fiscal, year, month)) as [number, number];
  return { year, index, start: toDay(first), end: toDay(behind - DAY_MS) };
}

/** The period that a day lies in. */
export function periodOf(fiscal: Fiscal, day: Day, part: Part): Period {
  let year = Number(day.slice(0, 4)) + 1;
  while (time(day) < yearStart(fiscal, year)) year -= 1;
  let month = 11;
  while (time(day) < monthStart(fiscal, year, month)) month -= 1;
  return periodAt(fiscal, year, part, Math.floor(month / MONTHS_IN[part]) + 1);
}

/** The month of the calendar in whose middle a period's first month lies: its name, as in the query language. */
export const monthNamed = (period: Period): Day => toDay(time(period.start) + 14 * DAY_MS);
