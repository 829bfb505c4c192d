import type { Answer, Config, ItemFields, PhaseRef, Timeframe } from "../../api/types";
import type { Choice } from "../../ui/picker";
import { formatTimeframe, MISSING } from "../../lib/timeframe";
import { formatNumber } from "../../lib/format";
import { t } from "../../lib/t";
import { HEALTHS, isHealth } from "../../ui/health-mark";

export const HORIZONS = ["now", "next", "later"] as const;

/** The words for an id: from the set-up of today, else from what came with the rows (records that are gone by now). */
export function refName(config: Config, field: string, id: string, refs?: Answer["refs"]): string {
  const known = namesOf(config, field).find((each) => each.id === id);
  if (known) return known.name;
  for (const group of Object.values(refs ?? {})) {
    const found = group[id];
    if (found !== undefined) return typeof found === "string" ? found : found.name;
  }
  return MISSING;
}

export function phaseOf(config: Config, id: string, refs?: Answer["refs"]): PhaseRef {
  const known = config.phases.find((phase) => phase.id === id);
  if (known) return known;
  const past = refs?.phase?.[id];
  return typeof past === "object" ? past : { name: past ?? MISSING, category: "todo" };
}

function namesOf(config: Config, field: string): readonly { id: string; name: string }[] {
  if (field === "phase") return config.phases;
  if (field === "owner") return config.people;
  if (field === "team") return config.teams;
  if (field === "area") return config.areas;
  if (field === "level") return config.levels;
  if (field === "release") return config.releases;
  if (field === "increment") return config.increments;
  if (field.startsWith("dim.")) return config.dimensions.find((each) => `dim.${each.key}` === field)?.values ?? [];
  const custom = config.custom_fields.find((each) => each.key === field);
  if (custom?.type.includes("team")) return config.teams;
  return custom?.type.includes("person") || custom?.type.includes("people") ? config.people : [];
}

/** What may be picked for a field. */
export function choicesOf(config: Config, field: string): Choice[] {
  if (field === "health") return HEALTHS.map((value) => ({ value, label: t(`health.${value}`) }));
  if (field === "horizon") return HORIZONS.map((value) => ({ value, label: t(`horizon.${value}`) }));
  if (field === "phase") return phaseChoices(config, config.tracks.find((track) => track.primary)?.id);
  const custom = config.custom_fields.find((each) => each.key === field);
  if (custom && custom.options.length > 0) {
    return custom.options.map((option) => ({ value: option.key, label: option.name }));
  }
  return namesOf(config, field).map(({ id, name }) => ({ value: id, label: name }));
}

export function phaseChoices(config: Config, trackId: string | undefined): Choice[] {
  return config.phases
    .filter((phase) => phase.track_id === trackId)
    .toSorted((a, b) => a.position - b.position)
    .map((phase) => ({ value: phase.id, label: phase.name, hint: t(`category.${categoryKey(phase.category)}`) }));
}

const categoryKey = (category: string) =>
  category === "doing" || category === "done" || category === "cancelled" ? category : "todo";

/** The PATCH body for one column's new value. */
export function toPatch(column: string, value: unknown, config: Config): ItemFields {
  if (column === "timeframe") {
    const frame = value as Timeframe;
    return {
      start_on: frame.start,
      start_precision: frame.start_precision,
      end_on: frame.end,
      end_precision: frame.end_precision,
    } as ItemFields;
  }
  if (["phase", "owner", "team", "area", "release", "level", "parent"].includes(column)) return { [`${column}_id`]: value } as ItemFields;
  if (column.startsWith("dim.")) {
    const values = Array.isArray(value) ? value : value === null ? [] : [value];
    return { dimensions: { [column.slice(4)]: values } };
  }
  if (config.custom_fields.some((field) => field.key === column)) return { custom: { [column]: value } };
  return { [column.replace(".", "_")]: value } as ItemFields;
}

/** Any value in words, for notices: what somebody chose, what it was. */
export function inWords(config: Config, column: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return MISSING;
  if (column === "timeframe") return formatTimeframe(value as Timeframe, config.workspace.fiscal);
  if (column === "health" && isHealth(value)) return t(`health.${value}`);
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return value ? t("value.yes") : t("value.no");
  if (Array.isArray(value)) return value.length === 0 ? MISSING : value.map((each) => inWords(config, column, each)).join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  const choice = choicesOf(config, column).find((each) => each.value === value);
  return choice?.label ?? value;
}
