/** A piece of filter text as the chips show it. The server alone decides what it means. */
export interface Piece {
  kind: "field" | "word" | "operator";
  from: number;
  to: number;
  /** For a field: `level` in `-level:feature`. */
  field?: string;
}

const FIELD = /^-?([a-z][\w.]*):/i;

/** Splits filter text at spaces outside quotes; parentheses and OR stand alone. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (/\s/.test(char)) {
      at += 1;
    } else if (char === "(" || char === ")") {
      pieces.push({ kind: "operator", from: at, to: at + 1 });
      at += 1;
    } else {
      const to = endOfPiece(text, at);
      pieces.push(pieceAt(text, at, to));
      at = to;
    }
  }
  return pieces;
}

function endOfPiece(text: string, from: number): number {
  let quoted = false;
  let at = from;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (char === '"') quoted = !quoted;
    else if (!quoted && /[\s()]/.test(char)) break;
    at += 1;
  }
  return at;
}

function pieceAt(text: string, from: number, to: number): Piece {
  const words = text.slice(from, to);
  const field = FIELD.exec(words)?.[1];
  if (field) return { kind: "field", from, to, field };
  return { kind: words === "OR" || words === "AND" ? "operator" : "word", from, to };
}

/** Adds or replaces `field:value` in a filter, for menus that write the text on a person's behalf. */
export function withPiece(text: string, field: string, value: string): string {
  const quoted = /[\s()",]/.test(value) ? `"${value.replaceAll('"', "'")}"` : value;
  const own = piecesOf(text).find((piece) => piece.field === field);
  const words = `${field}:${quoted}`;
  if (!own) return text.trim() === "" ? words : `${text.trim()} ${words}`;
  return text.slice(0, own.from) + words + text.slice(own.to);
}

/** Runs of text between marks, so that chips and wavy underlines can be drawn behind the letters. */
export interface Run {
  text: string;
  chip: boolean;
  wrong: boolean;
}

export function runsOf(text: string, problems: { position: number; length: number }[]): Run[] {
  const pieces = piecesOf(text);
  const cuts = new Set([0, text.length]);
  for (const piece of pieces) cuts.add(piece.from).add(piece.to);
  for (const problem of problems) {
    cuts.add(Math.min(problem.position, text.length));
    cuts.add(Math.min(problem.position + Math.max(1, problem.length), text.length));
  }
  const ordered = [...cuts].sort((a, b) => a - b);
  return ordered.slice(1).map((to, index) => {
    const from = ordered[index] ?? 0;
    const chip = pieces.some((piece) => piece.kind === "field" && from >= piece.from && to <= piece.to);
    const wrong = problems.some(
      (problem) => from >= problem.position && to <= problem.position + Math.max(1, problem.length),
    );
    return { text: text.slice(from, to), chip, wrong };
  });
}
