import { type Day, addDays, addMonths, daysBetween } from "../../lib/dates";

/** A day inside the rail; today itself is "not in the past" and becomes null. */
export function asOf(day: Day, first: Day, today: Day): Day | null {
  if (day >= today) return null;
  return day < first ? first : day;
}

const STEPS: Record<string, (day: Day) => Day> = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowDown: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, 1),
  PageDown: (day) => addMonths(day, -1),
  PageUp: (day) => addMonths(day, 1),
};

/** Where a key takes the rail from `day`: arrows by a day (with Shift a week), Page keys by a month, Home, End. */
export function stepBy(key: string, shift: boolean, day: Day, first: Day, today: Day): Day | undefined {
  if (key === "Home") return first;
  if (key === "End") return today;
  const step = STEPS[key];
  if (!step) return undefined;
  let next = step(day);
  if (shift && key.startsWith("Arrow")) for (let times = 1; times < 7; times += 1) next = step(next);
  if (next < first) return first;
  return next > today ? today : next;
}

export interface Bar {
  /** Left edge and width in 0..1 of the rail, height in 0..1. */
  left: number;
  width: number;
  height: number;
}

/** Gathers days into at most `count` bars. Heights grow with the square root, or one import would flatten the rest. */
export function densityBars(days: { day: Day; changes: number }[], first: Day, today: Day, count = 160): Bar[] {
  const span = Math.max(1, daysBetween(first, today));
  const buckets = new Map<number, number>();
  for (const { day, changes } of days) {
    if (day < first || day > today) continue;
    const at = Math.min(count - 1, Math.floor((daysBetween(first, day) / span) * count));
    buckets.set(at, (buckets.get(at) ?? 0) + changes);
  }
  const most = Math.max(1, ...buckets.values());
  return [...buckets].map(([at, changes]) => ({
    left: at / count,
    width: 1 / count,
    height: Math.max(0.12, Math.sqrt(changes / most)),
  }));
}

/** The first of January of each year on the rail, thinned so that labels have room. */
export function yearMarks(first: Day, today: Day): { year: number; left: number }[] {
  const span = Math.max(1, daysBetween(first, today));
  const years: { year: number; left: number }[] = [];
  for (let year = Number(first.slice(0, 4)) + 1; year <= Number(today.slice(0, 4)); year += 1) {
    years.push({ year, left: daysBetween(first, `${year}-01-01`) / span });
  }
  return years;
}
