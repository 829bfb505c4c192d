import { MISSING } from "./timeframe";

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** A number for a cell: grouped digits, abbreviated from 100,000 on, "—" when missing. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  return Math.abs(value) >= 100_000 ? short.format(value) : plain.format(value);
}

export const formatFull = (value: number): string => plain.format(value);

/** A share in 0..1 as a whole percentage. */
export function formatShare(value: number | null | undefined): string {
  return value === null || value === undefined ? MISSING : `${Math.round(value * 100)} %`;
}

/** An estimate: "12–18" when it is a range, one number when it is not. */
export function formatRange(low: number | null, likely: number | null, high: number | null): string {
  if (low !== null && high !== null && low !== high) return `${plain.format(low)}–${plain.format(high)}`;
  return formatNumber(likely ?? low ?? high);
}

/** Okabe–Ito colours in fixed order, so that one value has one colour on every screen. */
const OKABE_ITO: Record<string, string> = {
  blue: "#0072b2", orange: "#e69f00", green: "#009e73", pink: "#cc79a7", sky: "#56b4e9", red: "#d55e00", yellow: "#a3a000", grey: "#6b6b6b",
};

/** The colour of a value: the one it was given, by name or as `#rrggbb`, else the one of its place. */
export function valueColor(given: string, index: number): string {
  if (/^#[0-9a-f]{6}$/i.test(given)) return given;
  const colors = Object.values(OKABE_ITO);
  return OKABE_ITO[given] ?? colors[index % colors.length] ?? "#6b6b6b";
}

export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : (words[0]?.[1] ?? ""))).toUpperCase();
}
