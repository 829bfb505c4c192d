/** Calendar days as ISO text (`2026-03-12`). Arithmetic is in UTC, so that no time zone can shift a day. */
export type Day = string;

const DAY_MS = 86_400_000;
export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

export const toDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);
export const fromDay = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
export const addDays = (day: Day, days: number): Day => toDay(fromDay(day) + days * DAY_MS);
export const daysBetween = (from: Day, to: Day): number => Math.round((fromDay(to) - fromDay(from)) / DAY_MS);

export function addMonths(day: Day, months: number): Day {
  const at = new Date(fromDay(day));
  const wanted = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + months);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(wanted, last));
  return toDay(at.getTime());
}

/** True for a real calendar day: `2026-02-30` is not one. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(fromDay(text)) && toDay(fromDay(text)) === text;

/** Today in the workspace's time zone. */
export function todayIn(timezone: string, now: Date = new Date()): Day {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: timezone, dateStyle: "short" }).format(now).slice(0, 10);
  } catch {
    return now.toISOString().slice(0, 10); // a zone this browser does not know
  }
}

export function formatDay(day: Day): string {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Relative within the last week ("3 h ago"), a date before that. */
export function formatAgo(instant: string, now: number = Date.now()): string {
  const seconds = Math.round((now - Date.parse(instant)) / 1000);
  if (seconds < 45 && seconds > -45) return "just now";
  if (seconds >= 0 && seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds >= 0 && seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds >= 0 && seconds < 7 * 86_400) return `${Math.round(seconds / 86_400)} d ago`;
  return formatDay(instant.slice(0, 10));
}

/** Full date and time of an instant in the reader's own zone, for tooltips. */
export function formatInstant(instant: string): string {
  const at = new Date(instant);
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}, ${clock.format(at)}`;
}
