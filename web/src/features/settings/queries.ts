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

export const teamMembersQuery = (workspace: string, team: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "team-members", team],
    queryFn: ({ signal }) => data(api.GET("/api/v1/teams/{team_id}/members", { params: { path: { team_id: team } }, signal })),
  });

export const teamsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "teams"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/teams", { signal })),
  });

export const fieldGroupsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "field-groups"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/field-groups", { signal })),
  });

export const guardableQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "guardable"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/field-groups/fields", { signal })),
  });

export const retentionQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.settings(workspace), "retention"],
    queryFn: ({ signal }) => data(api.GET("/api/v1/retention", { signal })),
  });
