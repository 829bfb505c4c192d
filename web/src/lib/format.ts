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
const OKABE_ITO = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8f00", "#6b6b6b"];
export const valueColor = (index: number): string => OKABE_ITO[index % OKABE_ITO.length] ?? "#6b6b6b";

export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : (words[0]?.[1] ?? ""))).toUpperCase();
}
