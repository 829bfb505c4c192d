import type { Config, Field } from "../../api/types";

export type EditorKind = "text" | "number" | "date" | "bool" | "timeframe" | "tags" | "pick" | "pickMany";

/** A column of the grid: how wide, which side, and how a cell of it is edited. */
export interface Column {
  name: string;
  label: string;
  kind: string;
  width: number;
  right: boolean;
  sortable: boolean;
  editor: EditorKind | null;
  /** Further columns to ask the server for, so that rolled-up values can stand in for missing ones. */
  also: string[];
  /** Some of its values must be looked at now and then. */
  watched: boolean;
  /** Worked out, not stated. */
  derived: boolean;
  unit: string;
}

const WIDTHS: Record<string, number> = {
  title: 380, phase: 136, health: 108, owner: 148, team: 152, timeframe: 212, area: 160, level: 104, effort: 84, benefit: 112,
  progress: 92, tags: 180, release: 96, updated: 104, created: 104, parent: 220, horizon: 88, key: 104, children: 88,
};
const ALSO: Record<string, string[]> = {
  effort: ["effort.rolled"],
  progress: ["progress.rolled"],
  health: ["health.rolled"],
  timeframe: ["start.rolled", "start.precision.rolled", "end.rolled", "end.precision.rolled"],
};
const HIDDEN = new Set(["id", "version", "rank", "start.precision", "end.precision", "phase.category", "review", "ref", "text", "start", "end"]);
/** What is worked out of stated values is read, never edited; the panel shows it beside what is stated. */
export const isDerived = (field: Pick<Field, "name" | "formula" | "problem">) =>
  Boolean(field.formula ?? field.problem) || /^(health|horizon)\.(?!note$)/.test(field.name) || field.name === "stale" || field.name === "missing.required";
const HIDDEN_KINDS = new Set(["words", "json", "self"]);
const NEVER_EDITED = new Set(["key", "effort", "children", "created", "updated", "level", "parent", "missing.rolled", "increment", "launch"]);
const EDITORS: Record<string, EditorKind> = {
  text: "text", prose: "text", number: "number", date: "date", bool: "bool", timeframe: "timeframe", tags: "tags", choice: "pick",
  ref: "pick", choices: "pickMany", refs: "pickMany",
};

export const DEFAULT_COLUMNS = ["title", "phase", "health", "owner", "team", "timeframe", "effort", "benefit"];

/** Built-in roll-ups stand in for missing values; those of the workspace's own fields are columns of their own. */
const isHiddenName = ({ name, custom }: Field) => (name.endsWith(".rolled") && !custom) || (custom && name.endsWith(".precision"));

/** Every column that may be shown, in the server's order, with the title first. */
export function columnsOf(fields: Field[], config: Config): Column[] {
  const names = new Set(fields.map((field) => field.name));
  return fields
    .filter((field) => !HIDDEN.has(field.name) && !isHiddenName(field) && !HIDDEN_KINDS.has(field.type))
    .map((field) => toColumn(field, names, config))
    .sort((a, b) => Number(b.name === "title") - Number(a.name === "title"));
}

function toColumn(field: Field, names: Set<string>, config: Config): Column {
  const number = field.type === "number";
  const editable = !isDerived(field) && !NEVER_EDITED.has(field.name) && !field.name.includes(".rolled");
  return {
    name: field.name,
    label: field.label,
    kind: kindOf(field),
    width: WIDTHS[field.name] ?? (number ? 104 : 152),
    right: number,
    sortable: field.sortable,
    editor: editable ? (EDITORS[field.type] ?? null) : null,
    also: (ALSO[field.name] ?? []).filter((name) => names.has(name)),
    watched: config.freshness_rules.some((rule) => rule.field === field.name),
    derived: isDerived(field) || field.name.endsWith(".rolled"),
    unit: unitOf(field, config),
  };
}

function kindOf(field: Field): string {
  if (["phase", "health", "owner", "progress"].includes(field.name)) return field.name;
  return field.type;
}

function unitOf(field: Field, config: Config): string {
  if (field.name === "benefit") return config.workspace.benefit_unit;
  return field.unit === "person-days" ? "d" : (field.unit ?? "");
}

/** The columns of a view: those that the address names and that exist, else the usual ones; the title always first. */
export function chosenColumns(all: Column[], text: string | undefined): Column[] {
  const wanted = text ? text.split(",") : DEFAULT_COLUMNS;
  const names = ["title", ...wanted.filter((name) => name !== "title")];
  return names.flatMap((name) => all.find((column) => column.name === name) ?? []);
}
