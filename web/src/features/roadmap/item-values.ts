import type { Item, Timeframe } from "../../api/types";

/** An item's own value for a column of the grid, in the form in which the grid holds it. */
export function itemValue(item: Item, column: string): unknown {
  switch (column) {
    case "timeframe":
      return timeframeOf(item);
    case "phase":
    case "owner":
    case "team":
    case "area":
    case "level":
    case "parent":
    case "release":
      return item[`${column}_id`];
    case "created":
      return item.created_at;
    case "updated":
      return item.updated_at;
    case "effort":
      return ownEffort(item);
    case "increment":
      return item.increment_ids.length > 0 ? item.increment_ids : null;
    case "launch":
      return item.launch_ids.length > 0 ? item.launch_ids : null;
    case "children":
      return item.rolled.children;
    case "health.note":
      return item.health_note;
    default:
      if (column.startsWith("dim.")) return item.dimensions[column.slice(4)] ?? null;
      if (column in item) return item[column as keyof Item];
      return item.custom[column] ?? null;
  }
}

const timeframeOf = (item: Item): Timeframe => ({
  start: item.start_on,
  start_precision: item.start_precision,
  end: item.end_on,
  end_precision: item.end_precision,
});

/** Person-days of all teams; null when nobody has estimated. */
function ownEffort(item: Item): number | null {
  const known = item.estimates.flatMap((estimate) => estimate.likely ?? []);
  return known.length === 0 ? null : known.map(Number).reduce((sum, days) => sum + days, 0);
}

/** What the children add up to for a column, or null where there is nothing to add up. */
export function rolledValue(item: Item, column: string): unknown {
  const { rolled } = item;
  if (rolled.children === 0) return null;
  if (column === "timeframe") {
    const frame: Timeframe = {
      start: rolled.start_on,
      start_precision: rolled.start_precision,
      end: rolled.end_on,
      end_precision: rolled.end_precision,
    };
    return frame.start || frame.end ? frame : null;
  }
  if (column === "effort" || column === "progress" || column === "health") return rolled[column];
  return null;
}
