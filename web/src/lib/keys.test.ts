import { expect, it } from "vitest";
import { BINDINGS } from "./keys";

const keysOf = (context: string) => BINDINGS.filter((binding) => binding.context === context).map((binding) => binding.keys);

it("binds every key once per context", () => {
  for (const context of new Set(BINDINGS.map((binding) => binding.context))) {
    const keys = keysOf(context);
    expect(keys).toEqual([...new Set(keys)]);
  }
});

it("keeps the keys of the grid and the rail clear of the global ones", () => {
  const global = new Set(keysOf("global").map((keys) => keys.split(" ")[0]));
  expect([...keysOf("grid"), ...keysOf("rail"), ...keysOf("inbox")].filter((keys) => global.has(keys))).toEqual([]);
});
