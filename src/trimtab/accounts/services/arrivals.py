"""People of a workspace that came from another installation. Nobody gets a right here unasked.

Runs as the owner of the tables, in the transaction that loads the workspace.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from trimtab.accounts.errors import SlugTaken
from trimtab.accounts.models import User
from trimtab.accounts.services.checks import check_slug
from trimtab.core.actors import ActorKind, Clock, Origin, Role
from trimtab.core.ids import new_id
from trimtab.core.models import Workspace

NOTE: Final = "Came from another installation"
_SET: Final = "select ledger_open(%s, %s, %s, %s, %s, %s, null, %s, null, '', %s)"
_PERSON: Final = """
select id, user_id from accounts_person where workspace_id = %s
  and (user_id = %s or user_id is null and lower(email) = %s)
order by user_id is null, id limit 1
"""


def check_address(slug: str) -> str:
    """``slug`` if a workspace may have it here. Raises Invalid, SlugTaken."""
    check_slug(slug, "slug")
    if Workspace.objects.using("owner").filter(slug=slug).exists():
        raise SlugTaken(
            f"There is a workspace {slug} here: give this one another address.", fields={"slug": "is taken"}
        )
    return slug


def meet_users(cursor: Any, named: Sequence[dict[str, str]]) -> tuple[dict[str, str], int]:
    """Who they are here: ids of here by ids of there, found by address; how many had to be made.

    One who is made has no password and cannot sign in until invited.
    """
    emails = [each["email"].lower() for each in named]
    known = {user.email: str(user.id) for user in User.objects.using("owner").filter(email__in=emails)}
    taken = {str(user.id) for user in User.objects.using("owner").filter(id__in=[each["id"] for each in named])}
    mapped, made = {}, 0
    for each in named:
        email = each["email"].lower()
        if email not in known:
            user = User(id=each["id"] if each["id"] not in taken else new_id(), email=email, name=each["name"])
            user.is_active = False
            user.set_unusable_password()
            user.save(using="owner", force_insert=True)
            known[email] = str(user.id)
            made += 1
        mapped[each["id"]] = known[email]
    return mapped, made


def settle_members(cursor: Any, workspace_id: UUID, user: Any, clock: Clock, *, keep: bool) -> int:
    """Make ``user`` an admin, and let every other member wait unless they are to ``keep`` their right.

    Gives how many wait. Written down like any change, by ``user``; nothing where nothing has to change.
    """
    name = user.name or user.email
    origin, kind = Origin.IMPORT.value, ActorKind.PERSON.value
    cursor.execute(_SET, [workspace_id, clock.now, kind, user.id, name, origin, NOTE, new_id()])
    cursor.execute(
        "select 1 from accounts_membership where workspace_id = %s and user_id = %s", [workspace_id, user.id]
    )
    if cursor.fetchone():
        cursor.execute(
            "update accounts_membership set role = %s, active = true where workspace_id = %s and user_id = %s",
            [Role.ADMIN.value, workspace_id, user.id],
        )
    else:
        _enter(cursor, workspace_id, user, name)
    if keep:
        return 0
    cursor.execute(
        "update accounts_membership set active = false where workspace_id = %s and user_id <> %s and active",
        [workspace_id, user.id],
    )
    return int(cursor.rowcount)


def _enter(cursor: Any, workspace_id: UUID, user: Any, name: str) -> None:
    cursor.execute(_PERSON, [workspace_id, user.id, user.email.lower()])
    found = cursor.fetchone()
    if found is None:
        person_id = new_id()
        cursor.execute(
            "insert into accounts_person (id, workspace_id, version, created_at, updated_at, name, email, title,"
            " user_id, placeholder, active) values (%s, %s, 1, now(), now(), %s, %s, '', %s, false, true)",
            [person_id, workspace_id, name, user.email, user.id],
        )
    else:
        person_id = found[0]
        if found[1] is None:
            cursor.execute("update accounts_person set user_id = %s where id = %s", [user.id, person_id])
    cursor.execute(
        "insert into accounts_membership (id, workspace_id, version, created_at, updated_at, user_id, role, person_id,"
        " active) values (%s, %s, 1, now(), now(), %s, %s, %s, true)",
        [new_id(), workspace_id, user.id, Role.ADMIN.value, person_id],
    )
