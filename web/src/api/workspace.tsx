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
