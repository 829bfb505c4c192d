import { isDay } from "./dates";

/** What the address bar keeps of a view. Absent means the default. */
export interface ViewSearch {
  /** Filter in the text language. */
  q?: string;
  /** `-benefit,title`: descending benefit, then title. */
  sort?: string;
  /** Tree axis: `parent`, `area`, `dim.<key>`, or `none` for a flat list. */
  tree?: string;
  group?: string;
  /** Column names, comma separated, in order. */
  cols?: string;
  as_of?: string;
  known_on?: string;
  item?: string;
  tab?: "details" | "comments" | "history";
  full?: "1";
  /** A line of the inbox that asks why it is there. */
  notice?: string;
}

/** Changes to a view; undefined takes a part away. */
export type ViewChange = { [Name in keyof ViewSearch]?: ViewSearch[Name] | undefined };

export function withChanges(view: ViewSearch, changes: ViewChange): ViewSearch {
  const next = Object.entries({ ...view, ...changes }).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(next) as ViewSearch;
}

const NAMES = ["q", "sort", "tree", "group", "cols", "item", "notice"] as const;

/** Reads the address bar; whatever makes no sense is left out rather than shown as an error. */
export function readView(raw: Record<string, unknown>): ViewSearch {
  const view: ViewSearch = {};
  for (const name of NAMES) {
    const value = raw[name];
    if (typeof value === "string" && value !== "") view[name] = value;
  }
  for (const name of ["as_of", "known_on"] as const) {
    const value = raw[name];
    if (typeof value === "string" && isDay(value)) view[name] = value;
  }
  if (raw.tab === "history" || raw.tab === "comments") view.tab = raw.tab;
  if (raw.full === "1") view.full = "1";
  return view;
}

export function readQueryString(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Plain, readable parameters: `?q=level%3Afeature&sort=-benefit`. */
export function writeQueryString(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") params.set(name, value);
  }
  const text = params.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

export interface SortKey {
  field: string;
  desc: boolean;
}

export function readSort(text: string | undefined): SortKey[] {
  return (text ?? "")
    .split(",")
    .filter((part) => part.replace(/^-/, "") !== "")
    .map((part) => ({ field: part.replace(/^-/, ""), desc: part.startsWith("-") }));
}

export const writeSort = (keys: SortKey[]): string =>
  keys.map(({ field, desc }) => (desc ? `-${field}` : field)).join(",");

/** A click on a header: ascending, descending, then the natural order again. With `add`, beside the others. */
export function nextSort(keys: SortKey[], field: string, add: boolean): SortKey[] {
  const at = keys.findIndex((key) => key.field === field);
  const others = add ? keys.filter((key) => key.field !== field) : [];
  const own = keys[at];
  if (!own) return [...others, { field, desc: false }];
  return own.desc ? others : [...others, { field, desc: true }];
}
