import { en } from "./en";

export type Message = keyof typeof en;

/** The words of one message, with `{name}` filled in from `values`. */
export function t(key: Message, values: Record<string, string | number> = {}): string {
  return en[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Picks the singular or plural message; `{count}` is filled in with digits grouped. */
export function plural(one: Message, many: Message, count: number): string {
  return t(count === 1 ? one : many, { count: count.toLocaleString("en") });
}
