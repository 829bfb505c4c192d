"""Many members of a workspace, in a few statements."""

from uuid import UUID

from trimtab.accounts import public as accounts
from trimtab.accounts.models import Membership, Person, User
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock, Origin
from trimtab.core.bulk import insert_rows
from trimtab.core.ids import new_id


def founded(clock: Clock) -> Actor:
    """The admin of a new workspace."""
    name = new_id().hex[-12:]
    email = f"founder-{name}@example.com"
    accounts.create_user(email=email, name="Ana Lima", password="correct horse battery")
    return accounts.create_workspace(
        creator_email=email, clock=clock, origin=Origin.CLI, slug=f"killed-{name}", name="Watched"
    )


def members(admin: Actor, clock: Clock, count: int) -> list[UUID]:
    """So many editors beside ``admin``; gives them as people. Nobody can sign in as them."""
    stem = new_id().hex[-12:]
    users = [
        User(id=new_id(), email=f"m{n}-{stem}@example.com", name=f"Member {n}", password="!") for n in range(count)
    ]
    User.objects.bulk_create(users)
    people = [{"id": str(new_id()), "name": user.name, "email": user.email, "user_id": str(user.id)} for user in users]
    places = [
        {"id": str(new_id()), "user_id": person["user_id"], "person_id": person["id"], "role": "editor"}
        for person in people
    ]
    with ledger.change_set(admin, at=clock.now):
        insert_rows(Person, admin.workspace_id, people)
        insert_rows(Membership, admin.workspace_id, places)
    return [UUID(person["id"]) for person in people]
