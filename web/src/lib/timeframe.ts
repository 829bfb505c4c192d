import type { Timeframe } from "../api/types";
import { type Day, MONTHS, formatDay, isDay } from "./dates";
import { CALENDAR, type Fiscal, monthNamed, type Part, type Period, periodAt, periodOf } from "./fiscal";

/** Finest to coarsest; `later` is a time without a date. */
export const PRECISIONS = ["day", "month", "quarter", "half", "year", "later"] as const;
export type Precision = (typeof PRECISIONS)[number];
export const MISSING = "—";

interface Span {
  start: Day | null;
  end: Day | null;
  precision: Precision;
}

function isPart(precision: string | null): precision is Part {
  return precision === "month" || precision === "quarter" || precision === "half" || precision === "year";
}

/** One end of a timeframe, as precise as it is. */
export function formatPoint(day: Day | null, precision: string | null, fiscal: Fiscal = CALENDAR): string {
  if (precision === "later") return "later";
  if (!day) return MISSING;
  if (!isPart(precision)) return formatDay(day);
  const period = periodOf(fiscal, day, precision);
  if (precision === "month") {
    const named = monthNamed(period);
    return `${MONTHS[Number(named.slice(5, 7)) - 1]} ${named.slice(0, 4)}`;
  }
  const year = fiscal.start_month > 1 ? `FY${String(period.year % 100).padStart(2, "0")}` : String(period.year);
  if (precision === "year") return year;
  return `${precision === "half" ? "H" : "Q"}${period.index} ${year}`;
}

/** A timeframe in words: "Q3 2026", "Q1–Q3 2026", "Mar 2026 – later", "until Q4 2026", "—". */
export function formatTimeframe(frame: Timeframe | null | undefined, fiscal: Fiscal = CALENDAR): string {
  if (!frame) return MISSING;
  const start = formatPoint(frame.start, frame.start_precision, fiscal);
  const end = formatPoint(frame.end, frame.end_precision, fiscal);
  if (start === MISSING) return end === MISSING ? MISSING : end === "later" ? "later" : `until ${end}`;
  if (end === MISSING) return start === "later" ? "later" : `from ${start}`;
  if (start === end) return start;
  const [startHead, startTail] = splitTail(start);
  const [endHead, endTail] = splitTail(end);
  const close = frame.start_precision === frame.end_precision && startTail !== "" && startTail === endTail;
  if (!close) return `${start} – ${end}`;
  if (frame.start_precision !== "day") return `${startHead}–${endHead} ${endTail}`;
  const sameMonth = startHead.split(" ")[1] === endHead.split(" ")[1];
  return sameMonth ? `${startHead.split(" ")[0]}–${end}` : `${startHead} – ${end}`;
}

function splitTail(words: string): [string, string] {
  const cut = words.lastIndexOf(" ");
  return cut < 0 ? [words, ""] : [words.slice(0, cut), words.slice(cut + 1)];
}

function span(period: Period, precision: Part): Span {
  return { start: period.start, end: period.end, precision };
}

function yearOf(text: string): number {
  const digits = text.replace(/^fy\s*/i, "");
  return digits.length === 2 ? 2000 + Number(digits) : Number(digits);
}

/** The month of a workspace in which the middle of that month of the calendar lies. */
function monthOf(fiscal: Fiscal, year: number, month: number): Span {
  return span(periodOf(fiscal, `${year}-${String(month).padStart(2, "0")}-15`, "month"), "month");
}

/** Reads one point: "Q3 2026", "2026-Q3", "H1 2027", "Mar 2026", "2026-03", "12 Mar 2026", "2026-03-12", "2026", "later". */
export function parsePoint(text: string, fiscal: Fiscal = CALENDAR): Span | null {
  const words = text.trim().toLowerCase();
  if (words === "later") return { start: null, end: null, precision: "later" };
  if (isDay(words)) return { start: words, end: words, precision: "day" };
  const part = /^(?:([qh])([1-4])[\s-]*((?:fy)?\s*\d{2,4})|((?:fy)?\d{2,4})[\s-]*([qh])([1-4]))$/.exec(words);
  if (part) {
    const letter = part[1] ?? part[5];
    const number = Number(part[2] ?? part[6]);
    if (letter === "h" && number > 2) return null;
    const kind = letter === "q" ? "quarter" : "half";
    return span(periodAt(fiscal, yearOf(part[3] ?? part[4] ?? ""), kind, number), kind);
  }
  const isoMonth = /^(\d{4})-(\d{2})$/.exec(words);
  if (isoMonth && Number(isoMonth[2]) >= 1 && Number(isoMonth[2]) <= 12) {
    return monthOf(fiscal, Number(isoMonth[1]), Number(isoMonth[2]));
  }
  const named = /^(?:(\d{1,2})\s+)?([a-z]{3})[a-z]*\s+(\d{4})$/.exec(words);
  const month = named ? MONTHS.findIndex((name) => name.toLowerCase() === named[2]) : -1;
  if (named && month >= 0) {
    if (!named[1]) return monthOf(fiscal, Number(named[3]), month + 1);
    const day = `${named[3]}-${String(month + 1).padStart(2, "0")}-${named[1].padStart(2, "0")}`;
    return isDay(day) ? { start: day, end: day, precision: "day" } : null;
  }
  if (/^(fy\s*\d{2,4}|\d{4})$/.test(words)) return span(periodAt(fiscal, yearOf(words), "year", 1), "year");
  return null;
}

const RANGE = /\s*(?:–|—|\.\.|\bto\b|\s-\s|→)\s*/;

/** Reads a timeframe as people type it; null when it cannot be read, all-null for an empty text. */
export function parseTimeframe(text: string, fiscal: Fiscal = CALENDAR): Timeframe | null {
  const words = text.trim();
  const empty = { start: null, start_precision: null, end: null, end_precision: null };
  if (words === "" || words === MISSING || words.toLowerCase() === "none") return empty;
  const open = /^(from|until|by)\s+(.+)$/i.exec(words);
  if (open) {
    const point = parsePoint(open[2] ?? "", fiscal);
    if (!point) return null;
    return open[1]?.toLowerCase() === "from"
      ? { ...empty, start: point.start, start_precision: point.precision }
      : { ...empty, end: point.end, end_precision: point.precision };
  }
  const parts = words.split(RANGE);
  if (parts.length > 2) return null;
  const last = parsePoint(parts.at(-1) ?? "", fiscal);
  if (!last) return null;
  if (parts.length === 1) {
    return { start: last.start, start_precision: last.precision, end: last.end, end_precision: last.precision };
  }
  const first = parsePoint(parts[0] ?? "", fiscal) ?? parsePoint(`${parts[0]} ${splitTail(parts[1] ?? "")[1]}`, fiscal);
  if (!first || (first.start && last.end && first.start > last.end)) return null;
  return { start: first.start, start_precision: first.precision, end: last.end, end_precision: last.precision };
}

/** The quarter that holds `day`, moved by `by` quarters, in the words that `parseTimeframe` reads. */
export function quarterAround(day: Day, by: number, fiscal: Fiscal = CALENDAR): string {
  const here = periodOf(fiscal, day, "quarter");
  const index = here.index - 1 + by;
  const there = periodAt(fiscal, here.year + Math.floor(index / 4), "quarter", (((index % 4) + 4) % 4) + 1);
  return formatPoint(there.start, "quarter", fiscal);
}
