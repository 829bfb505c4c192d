import { queryOptions } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { keys } from "../../api/keys";

export const membersQuery = (workspace: string) =>
  queryOptions({ queryKey: keys.members(workspace), queryFn: ({ signal }) => data(api.GET("/api/v1/members", { signal })) });

export const invitationsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "invitations"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/invitations", { signal })),
  });

export const holdingsQuery = (workspace: string, person: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "holdings", person],
    queryFn: ({ signal }) => data(api.GET("/api/v1/people/{person_id}/holdings", { params: { path: { person_id: person } }, signal })),
  });
