import type { Timeframe } from "../api/types";
import { type Day, MONTHS, formatDay, isDay, toDay } from "./dates";

/** Finest to coarsest; `later` is a time without a date. */
export const PRECISIONS = ["day", "month", "quarter", "half", "year", "later"] as const;
export type Precision = (typeof PRECISIONS)[number];
export const MISSING = "—";

const MONTHS_IN: Record<string, number> = { month: 1, quarter: 3, half: 6, year: 12 };

interface Span {
  start: Day | null;
  end: Day | null;
  precision: Precision;
}

/** First fiscal month of a workspace, 1 for January. A fiscal year is named after the year it ends in. */
export type FiscalStart = number;

function fiscalParts(day: Day, startMonth: FiscalStart) {
  const year = Number(day.slice(0, 4));
  const month = Number(day.slice(5, 7));
  const offset = (month - startMonth + 12) % 12;
  const named = startMonth > 1 && month >= startMonth ? year + 1 : year;
  return { year: named, offset };
}

/** One end of a timeframe, as precise as it is. */
export function formatPoint(day: Day | null, precision: string | null, startMonth: FiscalStart = 1): string {
  if (precision === "later") return "later";
  if (!day) return MISSING;
  const { year, offset } = fiscalParts(day, startMonth);
  const named = startMonth > 1 ? `FY${String(year % 100).padStart(2, "0")}` : String(year);
  if (precision === "year") return named;
  if (precision === "half") return `H${Math.floor(offset / 6) + 1} ${named}`;
  if (precision === "quarter") return `Q${Math.floor(offset / 3) + 1} ${named}`;
  if (precision === "month") return `${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
  return formatDay(day);
}

/** A timeframe in words: "Q3 2026", "Q1–Q3 2026", "Mar 2026 – later", "until Q4 2026", "—". */
export function formatTimeframe(frame: Timeframe | null | undefined, startMonth: FiscalStart = 1): string {
  if (!frame) return MISSING;
  const start = formatPoint(frame.start, frame.start_precision, startMonth);
  const end = formatPoint(frame.end, frame.end_precision, startMonth);
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

function span(startMonthIndex: number, year: number, precision: Precision): Span {
  const start = Date.UTC(year, startMonthIndex, 1);
  const end = Date.UTC(year, startMonthIndex + (MONTHS_IN[precision] ?? 1), 0);
  return { start: toDay(start), end: toDay(end), precision };
}

function fiscalYear(text: string, startMonth: FiscalStart): number {
  const digits = text.replace(/^fy\s*/i, "");
  const year = digits.length === 2 ? 2000 + Number(digits) : Number(digits);
  return startMonth > 1 ? year - 1 : year;
}

/** Reads one point: "Q3 2026", "2026-Q3", "H1 2027", "Mar 2026", "2026-03", "12 Mar 2026", "2026-03-12", "2026", "later". */
export function parsePoint(text: string, startMonth: FiscalStart = 1): Span | null {
  const words = text.trim().toLowerCase();
  if (words === "later") return { start: null, end: null, precision: "later" };
  if (isDay(words)) return { start: words, end: words, precision: "day" };
  const part = /^(?:([qh])([1-4])[\s-]*((?:fy)?\s*\d{2,4})|((?:fy)?\d{2,4})[\s-]*([qh])([1-4]))$/.exec(words);
  if (part) {
    const letter = part[1] ?? part[5];
    const number = Number(part[2] ?? part[6]);
    const year = fiscalYear(part[3] ?? part[4] ?? "", startMonth);
    if (letter === "h" && number > 2) return null;
    const months = letter === "q" ? 3 : 6;
    return span(startMonth - 1 + (number - 1) * months, year, letter === "q" ? "quarter" : "half");
  }
  const isoMonth = /^(\d{4})-(\d{2})$/.exec(words);
  if (isoMonth && Number(isoMonth[2]) >= 1 && Number(isoMonth[2]) <= 12) {
    return span(Number(isoMonth[2]) - 1, Number(isoMonth[1]), "month");
  }
  const named = /^(?:(\d{1,2})\s+)?([a-z]{3})[a-z]*\s+(\d{4})$/.exec(words);
  const month = named ? MONTHS.findIndex((name) => name.toLowerCase() === named[2]) : -1;
  if (named && month >= 0) {
    if (!named[1]) return span(month, Number(named[3]), "month");
    const day = `${named[3]}-${String(month + 1).padStart(2, "0")}-${named[1].padStart(2, "0")}`;
    return isDay(day) ? { start: day, end: day, precision: "day" } : null;
  }
  if (/^(fy\s*\d{2,4}|\d{4})$/.test(words)) return span(startMonth - 1, fiscalYear(words, startMonth), "year");
  return null;
}

const RANGE = /\s*(?:–|—|\.\.|\bto\b|\s-\s|→)\s*/;

/** Reads a timeframe as people type it; null when it cannot be read, all-null for an empty text. */
export function parseTimeframe(text: string, startMonth: FiscalStart = 1): Timeframe | null {
  const words = text.trim();
  const empty = { start: null, start_precision: null, end: null, end_precision: null };
  if (words === "" || words === MISSING || words.toLowerCase() === "none") return empty;
  const open = /^(from|until|by)\s+(.+)$/i.exec(words);
  if (open) {
    const point = parsePoint(open[2] ?? "", startMonth);
    if (!point) return null;
    return open[1]?.toLowerCase() === "from"
      ? { ...empty, start: point.start, start_precision: point.precision }
      : { ...empty, end: point.end, end_precision: point.precision };
  }
  const parts = words.split(RANGE);
  if (parts.length > 2) return null;
  const last = parsePoint(parts.at(-1) ?? "", startMonth);
  if (!last) return null;
  if (parts.length === 1) {
    return { start: last.start, start_precision: last.precision, end: last.end, end_precision: last.precision };
  }
  const first = parsePoint(parts[0] ?? "", startMonth) ?? parsePoint(`${parts[0]} ${splitTail(parts[1] ?? "")[1]}`, startMonth);
  if (!first || (first.start && last.end && first.start > last.end)) return null;
  return { start: first.start, start_precision: first.precision, end: last.end, end_precision: last.precision };
}

/** The quarter that holds `day`, moved by `by` quarters, in the words that `parseTimeframe` reads. */
export function quarterAround(day: Day, by: number, startMonth: FiscalStart = 1): string {
  const at = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + by * 3, 1));
  return formatPoint(toDay(at.getTime()), "quarter", startMonth);
}
