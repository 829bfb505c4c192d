import { expect, it } from "vitest";
import { piecesOf, runsOf, withPiece } from "./filter-text";

it("splits at spaces outside quotes and parentheses", () => {
  const text = '(level:feature OR team:"SIG Node") -health:on_track payouts';
  expect(piecesOf(text).map((piece) => text.slice(piece.from, piece.to))).toEqual([
    "(", "level:feature", "OR", 'team:"SIG Node"', ")", "-health:on_track", "payouts",
  ]);
  expect(piecesOf(text).map((piece) => piece.field ?? piece.kind)).toEqual([
    "operator", "level", "operator", "team", "operator", "health", "word",
  ]);
});

it("draws chips behind the letters and an error under its characters", () => {
  expect(runsOf("level:x words", [{ position: 6, length: 1 }])).toEqual([
    { text: "level:", chip: true, wrong: false },
    { text: "x", chip: true, wrong: true },
    { text: " ", chip: false, wrong: false },
    { text: "words", chip: false, wrong: false },
  ]);
});

it("loses no letter, whatever the problems say", () => {
  const text = "a:1 b";
  expect(runsOf(text, [{ position: 99, length: 5 }]).map((run) => run.text).join("")).toBe(text);
});

it("adds or replaces a condition", () => {
  expect(withPiece("payouts", "team", "SIG Node")).toBe('payouts team:"SIG Node"');
  expect(withPiece("team:a payouts", "team", "b")).toBe("team:b payouts");
});
