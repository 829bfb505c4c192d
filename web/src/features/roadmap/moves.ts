import type { Row } from "./rows";

/** The header counts as the row above the first. */
export const HEADER = -1;

export interface Active {
  row: number;
  column: number;
}

/** Where a grid command takes the focus. Left from the first column goes to the parent. */
export function move(command: string, at: Active, rows: readonly Row[], columns: number, page: number): Active {
  const bottom = rows.length - 1;
  switch (command) {
    case "down":
      return { ...at, row: Math.min(at.row + 1, bottom) };
    case "up":
      return { ...at, row: Math.max(at.row - 1, HEADER) };
    case "pageDown":
      return { ...at, row: Math.min(at.row + page, bottom) };
    case "pageUp":
      return { ...at, row: Math.max(at.row - page, 0) };
    case "first":
      return { ...at, column: 0 };
    case "last":
      return { ...at, column: columns - 1 };
    case "right":
      return { ...at, column: Math.min(at.column + 1, columns - 1) };
    case "left":
      return at.column > 0 ? { ...at, column: at.column - 1 } : { ...at, row: parentOf(at.row, rows) };
    default:
      return at;
  }
}

function parentOf(index: number, rows: readonly Row[]): number {
  const depth = rows[index]?.depth ?? 0;
  for (let above = index - 1; above >= 0; above -= 1) {
    if ((rows[above]?.depth ?? 0) < depth) return above;
  }
  return index;
}
