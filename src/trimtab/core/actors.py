"""Who asks, what they may do, from which point of view, and what time it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from trimtab.core.errors import Forbidden


class Role(StrEnum):
    """What a member is in a workspace, weakest first."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    AREA_OWNER = "area_owner"
    ADMIN = "admin"


class Permission(StrEnum):
    """What may be done. Domains name their own verbs by one of these."""

    VIEW = "view"
    CONTRIBUTE = "contribute"
    EDIT = "edit"
    CONFIGURE = "configure"
    ADMIN = "admin"


_LADDER = tuple(Permission)
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    role: frozenset(_LADDER[: position + 1]) for position, role in enumerate(Role)
}


class ActorKind(StrEnum):
    PERSON = "person"
    CONNECTION = "connection"
    PLANNER = "planner"
    AUTOMATION = "automation"
    AGENT = "agent"
    SYSTEM = "system"


class Origin(StrEnum):
    """Through what a change came."""

    UI = "ui"
    API = "api"
    CLI = "cli"
    IMPORT = "import"
    SYNC = "sync"
    PLANNER = "planner"
    AUTOMATION = "automation"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Lens:
    """The point of view of a read: live, an instant of the past, what was known then, or a draft plan.

    ``organised_today`` reads the past by today's teams and areas, see ``core.organisation``.
    """

    as_of: datetime | None = None
    known_on: datetime | None = None
    scenario: UUID | None = None
    organised_today: bool = False

    @property
    def is_live(self) -> bool:
        return self.as_of is None and self.known_on is None and self.scenario is None


LIVE = Lens()


@dataclass(frozen=True, slots=True)
class Actor:
    """The resolved caller of one request, job or command. Built once at the edge, then passed down.

    ``hidden`` names the fields that are kept from them, see ``core.guards``.
    """

    id: UUID | None
    workspace_id: UUID
    role: Role
    name: str
    kind: ActorKind = ActorKind.PERSON
    origin: Origin = Origin.API
    person_id: UUID | None = None
    read_only: bool = False
    lens: Lens = LIVE
    request_id: str = ""
    hidden: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the role, and the token it came with, allow ``permission``."""
        if self.read_only and permission is not Permission.VIEW:
            return False
        return permission in ROLE_PERMISSIONS[self.role]

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless the actor may do this, with the reason."""
        if self.read_only and permission is not Permission.VIEW:
            raise Forbidden("This token may only read.", permission=permission.value)
        if permission not in ROLE_PERMISSIONS[self.role]:
            raise Forbidden(
                f"Your role here is {self.role.value}: it does not allow this.", permission=permission.value
            )

    def with_lens(self, lens: Lens) -> Self:
        return replace(self, lens=lens)

    def through(self, origin: Origin) -> Self:
        return replace(self, origin=origin)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time is an input: the edge reads it once, the domain never does. ``now`` is in UTC."""

    now: datetime
