"""Endpoints of accounts: who I am, my keys, the workspace, its members, people and teams."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from trimtab.accounts import public, queries, schemas
from trimtab.accounts.models import ApiToken, Person, Team, TeamMember, TokenScope
from trimtab.accounts.services import members, people, teams, tokens, workspaces
from trimtab.core.edge import REFUSALS, actor_of, caller_of, clock_of
from trimtab.core.models import Workspace

router = Router()


def workspace_out(workspace: Workspace | public.WorkspaceView) -> dict[str, Any]:
    """A workspace as every answer shows it."""
    return {
        "slug": workspace.slug,
        "name": workspace.name,
        "prefix": workspace.prefix,
        "timezone": workspace.timezone,
        "currency": workspace.currency,
        "fiscal": {
            "start_month": workspace.fiscal_start_month,
            "pattern": workspace.fiscal_pattern,
            "increment_weeks": workspace.increment_weeks,
            "increment_from": workspace.increment_from,
        },
        "benefit_unit": workspace.benefit_unit,
        "version": workspace.version,
    }


@router.get("/me", response={200: schemas.MeOut} | REFUSALS, operation_id="getMe", tags=["accounts"])
def get_me(request: HttpRequest) -> dict[str, Any]:
    """Who is asking, where they belong, and the workspace that this request speaks of."""
    caller = caller_of(request)
    actor = caller.actor
    return {
        "user": {"id": caller.user_id, "email": caller.email, "name": caller.name},
        "workspaces": queries.list_places(caller.user_id),
        "workspace": None if actor is None else workspace_out(queries.get_workspace(actor)),
        "role": None if actor is None else actor.role,
        "person_id": None if actor is None else actor.person_id,
    }


@router.patch("/workspace", response={200: schemas.WorkspaceOut} | REFUSALS, operation_id="updateWorkspace",
              tags=["accounts"])  # fmt: skip
def update_workspace(request: HttpRequest, body: schemas.WorkspaceChange) -> dict[str, Any]:
    workspace = workspaces.update_workspace(
        actor=actor_of(request),
        clock=clock_of(request),
        version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )
    return workspace_out(workspace)


@router.get("/members", response={200: list[schemas.MemberOut]} | REFUSALS, operation_id="listMembers",
            tags=["members"])  # fmt: skip
def list_members(request: HttpRequest) -> list[queries.Member]:
    return queries.list_members(actor_of(request))


@router.post("/members", response={201: schemas.MemberOut} | REFUSALS, operation_id="addMember", tags=["members"])
def add_member(request: HttpRequest, body: schemas.MemberIn) -> Status[queries.Member]:
    """Let somebody in; answers 409 `already_member`."""
    member = members.add_member(
        actor=actor_of(request),
        clock=clock_of(request),
        email=body.email,
        role=body.role,
        name=body.name,
        password=body.password,
    )
    return Status(201, member)


@router.patch("/members/{member_id}", response={200: schemas.MemberOut} | REFUSALS, operation_id="updateMember",
              tags=["members"])  # fmt: skip
def update_member(request: HttpRequest, member_id: UUID, body: schemas.MemberChange) -> queries.Member:
    """Answers 409 `last_admin` rather than leave a workspace without one."""
    return members.update_member(
        actor=actor_of(request),
        clock=clock_of(request),
        membership_id=member_id,
        version=body.version,
        **body.set.model_dump(exclude_unset=True),
    )


@router.delete("/members/{member_id}", response={204: None} | REFUSALS, operation_id="removeMember", tags=["members"])
def remove_member(request: HttpRequest, member_id: UUID) -> Status[None]:
    members.remove_member(actor=actor_of(request), clock=clock_of(request), membership_id=member_id)
    return Status(204, None)


@router.get("/people", response={200: list[schemas.PersonOut]} | REFUSALS, operation_id="listPeople", tags=["people"])
def list_people(request: HttpRequest) -> list[Person]:
    return queries.list_people(actor_of(request))


@router.post("/people", response={201: schemas.PersonOut} | REFUSALS, operation_id="createPerson", tags=["people"])
def create_person(request: HttpRequest, body: schemas.PersonIn) -> Status[Person]:
    return Status(201, people.create_person(actor=actor_of(request), clock=clock_of(request), **body.model_dump()))


@router.patch("/people/{person_id}", response={200: schemas.PersonOut} | REFUSALS, operation_id="updatePerson",
              tags=["people"])  # fmt: skip
def update_person(request: HttpRequest, person_id: UUID, body: schemas.PersonChange) -> Person:
    return people.update_person(
        actor=actor_of(request),
        clock=clock_of(request),
        person_id=person_id,
        version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )


@router.delete("/people/{person_id}", response={204: None} | REFUSALS, operation_id="deletePerson", tags=["people"])
def delete_person(request: HttpRequest, person_id: UUID) -> Status[None]:
    """Answers 409 `still_used` while other records refer to the person."""
    people.delete_person(actor=actor_of(request), clock=clock_of(request), person_id=person_id)
    return Status(204, None)


@router.get("/teams", response={200: list[schemas.TeamOut]} | REFUSALS, operation_id="listTeams", tags=["teams"])
def list_teams(request: HttpRequest) -> list[Team]:
    return queries.list_teams(actor_of(request))


@router.post("/teams", response={201: schemas.TeamOut} | REFUSALS, operation_id="createTeam", tags=["teams"])
def create_team(request: HttpRequest, body: schemas.TeamIn) -> Status[Team]:
    return Status(201, teams.create_team(actor=actor_of(request), clock=clock_of(request), **body.model_dump()))


@router.patch("/teams/{team_id}", response={200: schemas.TeamOut} | REFUSALS, operation_id="updateTeam", tags=["teams"])
def update_team(request: HttpRequest, team_id: UUID, body: schemas.TeamChange) -> Team:
    """Answers 409 `stale_version`, `team_cycle` or `key_taken`."""
    return teams.update_team(
        actor=actor_of(request),
        clock=clock_of(request),
        team_id=team_id,
        version=body.version,
        changes=body.set.model_dump(exclude_unset=True),
    )


@router.delete("/teams/{team_id}", response={204: None} | REFUSALS, operation_id="deleteTeam", tags=["teams"])
def delete_team(request: HttpRequest, team_id: UUID) -> Status[None]:
    """Answers 409 `still_used` while items or other teams refer to the team."""
    teams.delete_team(actor=actor_of(request), clock=clock_of(request), team_id=team_id)
    return Status(204, None)


@router.get("/teams/{team_id}/members", response={200: list[schemas.TeamMemberOut]} | REFUSALS,
            operation_id="listTeamMembers", tags=["teams"])  # fmt: skip
def list_team_members(request: HttpRequest, team_id: UUID) -> list[TeamMember]:
    return queries.list_team_members(actor_of(request), team_id)


@router.post("/teams/{team_id}/members", response={201: schemas.TeamMemberOut} | REFUSALS,
             operation_id="addTeamMember", tags=["teams"])  # fmt: skip
def add_team_member(request: HttpRequest, team_id: UUID, body: schemas.TeamMemberIn) -> Status[TeamMember]:
    member = teams.add_team_member(
        actor=actor_of(request), clock=clock_of(request), team_id=team_id, **body.model_dump()
    )
    return Status(201, member)


@router.delete("/team-members/{team_member_id}", response={204: None} | REFUSALS, operation_id="removeTeamMember",
               tags=["teams"])  # fmt: skip
def remove_team_member(request: HttpRequest, team_member_id: UUID) -> Status[None]:
    teams.remove_team_member(actor=actor_of(request), clock=clock_of(request), team_member_id=team_member_id)
    return Status(204, None)


@router.get("/tokens", response={200: list[schemas.TokenOut]} | REFUSALS, operation_id="listTokens", tags=["tokens"])
def list_tokens(request: HttpRequest) -> list[ApiToken]:
    """One's own keys; their secrets cannot be read again."""
    return queries.list_tokens(actor_of(request))


@router.post("/tokens", response={201: schemas.NewTokenOut} | REFUSALS, operation_id="createToken", tags=["tokens"])
def create_token(request: HttpRequest, body: schemas.TokenIn) -> Status[dict[str, Any]]:
    """A new key; answers 403 `sign_in_needed` to a request that came with a token."""
    token, secret = tokens.create_token(
        actor=actor_of(request),
        clock=clock_of(request),
        name=body.name,
        token_scope=TokenScope(body.scope),
        days=body.days,
    )
    shown = {name: getattr(token, name) for name in schemas.TokenOut.model_fields}
    return Status(201, shown | {"token": secret})


@router.delete("/tokens/{token_id}", response={204: None} | REFUSALS, operation_id="revokeToken", tags=["tokens"])
def revoke_token(request: HttpRequest, token_id: UUID) -> Status[None]:
    tokens.revoke_token(actor=actor_of(request), clock=clock_of(request), token_id=token_id)
    return Status(204, None)
