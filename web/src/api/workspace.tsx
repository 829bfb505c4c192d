import { queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { api, data } from "./client";
import { keys } from "./keys";
import type { Config, Lens, Me } from "./types";

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => data(api.GET("/api/v1/me", { signal })),
  staleTime: 60_000,
  retry: false,
});

export const configQuery = (slug: string) =>
  queryOptions({
    queryKey: keys.config(slug),
    queryFn: ({ signal }) => data(api.GET("/api/v1/config", { signal })),
    staleTime: 60_000,
  });

/** The set-up as it was: its names are those of then. */
export const pastConfigQuery = (slug: string, lens: Lens) =>
  queryOptions({
    queryKey: [...keys.config(slug), lens],
    queryFn: ({ signal }) => data(api.GET("/api/v1/config", { params: { query: lens }, signal })),
    enabled: isPast(lens),
    staleTime: 300_000,
    placeholderData: (previous, query) => (query?.queryKey[1] === slug ? previous : undefined),
  });

type Lists = Omit<Config, "workspace" | "hidden">;
type Named = { id: string };

/** Today's set-up with the names of then, and with what is gone since: what a page that shows the past needs to know. */
export function namedAsThen(now: Config, then: Config): Config {
  const told = <T extends Named>(today: T[], past: T[]): T[] => {
    const before = new Map(past.map((each) => [each.id, each]));
    const known = new Set(today.map((each) => each.id));
    return [...today.map((each) => before.get(each.id) ?? each), ...past.filter((each) => !known.has(each.id))];
  };
  const lists: Lists = {
    levels: told(now.levels, then.levels),
    tracks: told(now.tracks, then.tracks),
    phases: told(now.phases, then.phases),
    areas: told(now.areas, then.areas),
    teams: told(now.teams, then.teams),
    people: told(now.people, then.people),
    dimensions: told(now.dimensions, then.dimensions).map((dimension) => ({
      ...dimension,
      values: told(now.dimensions.find((each) => each.id === dimension.id)?.values ?? [], dimension.values),
    })),
    custom_fields: told(now.custom_fields, then.custom_fields),
    releases: told(now.releases, then.releases),
    layouts: told(now.layouts, then.layouts),
    freshness_rules: told(now.freshness_rules, then.freshness_rules),
    increments: told(now.increments, then.increments),
  };
  return { ...now, ...lists };
}

/** Where the person is: whose portfolio, how it is set up, and what they may do in it. */
export interface Here {
  slug: string;
  me: Me;
  config: Config;
  /** The point of view of every read on this page; empty for today. */
  lens: Lens;
  canEdit: boolean;
}

const HereContext = createContext<Here | null>(null);
export const HereProvider = HereContext.Provider;

export function useHere(): Here {
  const here = useContext(HereContext);
  if (!here) throw new Error("useHere is for parts inside a workspace.");
  return here;
}

export const isPast = (lens: Lens): boolean => lens.as_of !== undefined || lens.known_on !== undefined;
