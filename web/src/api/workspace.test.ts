import { expect, it } from "vitest";
import { fakeConfig } from "../testing/world";
import { namedAsThen } from "./workspace";

const [first, ...others] = fakeConfig.teams;
const [theme] = fakeConfig.dimensions;

it("names what there was as it was named then, keeps what came later, and adds what is gone", () => {
  if (!first || !theme) throw new Error("The made-up portfolio has teams and a theme.");
  const gone = { ...first, id: "gone", name: "Dissolved" };
  const then = {
    ...fakeConfig,
    teams: [{ ...first, name: "Payments" }, gone],
    dimensions: [{ ...theme, name: "Topic", values: theme.values.slice(0, 1).map((value) => ({ ...value, name: "Reach" })) }],
    releases: [],
    areas: [],
  };
  const seen = namedAsThen(fakeConfig, then);
  expect(seen.teams.map((team) => team.name)).toEqual(["Payments", ...others.map((team) => team.name), "Dissolved"]);
  expect(seen.areas).toEqual(fakeConfig.areas);
  expect(seen.workspace).toBe(fakeConfig.workspace);
  expect(seen.dimensions[0]?.name).toBe("Topic");
  expect(seen.dimensions[0]?.values.map((value) => value.name)).toEqual(["Reach", ...theme.values.slice(1).map((value) => value.name)]);
});
