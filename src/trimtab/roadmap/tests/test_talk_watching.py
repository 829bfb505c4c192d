"""Who hears of a record, and who would rather not."""

from types import SimpleNamespace
from typing import Any

import pytest

from trimtab.collab.errors import NoPerson
from trimtab.collab.services import watching
from trimtab.core.actors import Actor, Role
from trimtab.core.errors import NotFound
from trimtab.core.tests.factories import NOON, inside, make_actor
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.talk import found, join, make_item, say, talk


def watch(actor: Actor, item: Any, *, on: bool = True) -> None:
    with inside(actor):
        watching.watch(actor=actor, clock=NOON, entity="item", record_id=item.id, watching=on)


def prefer(actor: Actor, **over: bool) -> None:
    with inside(actor):
        watching.prefer(actor=actor, clock=NOON, **{"owned": True, "commented": True, "mentioned": True} | over)


def watchers(actor: Actor, item: Any, entity: str = "item") -> dict[Any, str]:
    """Person → reason."""
    with inside(actor):
        found = watching.watchers_of(actor, entity, [item.id]).get(item.id, ())
    return {one.person_id: one.reason for one in found}


class TestWatch:
    @pytest.mark.parametrize("role", Role)
    def test_everybody_may_a_viewer_too(self, role):
        _, person, item = talk(role)

        watch(person, item)

        assert watchers(person, item) == {person.person_id: "manual"}

    def test_twice_is_once_and_off_is_off(self):
        _, person, item = talk()
        watch(person, item)
        watch(person, item)
        assert len(watchers(person, item)) == 1

        watch(person, item, on=False)

        assert watchers(person, item) == {}

    def test_another_workspace_is_not_there(self):
        _, person, _ = talk()

        with pytest.raises(NotFound):
            watch(person, make_item(found()))

    def test_nobody_in_particular_watches_nothing(self):
        admin, _, item = talk()

        with pytest.raises(NoPerson):
            watch(make_actor(admin.workspace_id), item)


class TestAutomatically:
    def test_who_answers_for_it_watches(self):
        admin, person, _ = talk()
        item = make_item(admin, owner_id=person.person_id)

        assert watchers(admin, item) == {person.person_id: "owner"}

    def test_both_ends_of_a_dependency_are_told(self):
        admin, person, _ = talk()
        first, second = (make_item(admin, owner_id=one.person_id) for one in (admin, person))
        with inside(admin):
            tie = roadmap.add_dependency(actor=admin, clock=NOON, from_id=first.id, to_id=second.id)

        both = {admin.person_id: "owner", person.person_id: "owner"}
        assert watchers(admin, SimpleNamespace(id=tie), "dependency") == both

    def test_who_said_no_here_is_not_asked_again(self):
        admin, person, _ = talk()
        item = make_item(admin, owner_id=person.person_id)
        watch(person, item, on=False)

        say(person, item)
        say(admin, item, "Ask @contributor.")

        assert watchers(admin, item) == {admin.person_id: "commented"}

    @pytest.mark.parametrize("what", ["owned", "commented", "mentioned"])
    def test_who_prefers_not_to_does_not(self, what):
        admin, person, _ = talk()
        prefer(person, **{what: False})
        item = make_item(admin, owner_id=person.person_id if what == "owned" else None)
        if what == "commented":
            say(person, item)
        if what == "mentioned":
            say(admin, item, "Ask @contributor.")

        assert person.person_id not in watchers(admin, item)

    def test_what_one_asks_for_counts_whatever_one_prefers(self):
        admin, person, _ = talk()
        prefer(person, owned=False)
        item = make_item(admin, owner_id=person.person_id)

        watch(person, item)

        assert watchers(admin, item) == {person.person_id: "manual"}

    def test_many_records_are_asked_about_at_once(self):
        admin, person, first = talk()
        second = make_item(admin)
        watch(person, first)
        watch(person, second)
        watch(join(admin, Role.VIEWER), second)

        with inside(admin):
            found = watching.watchers_of(admin, "item", [first.id, second.id])

        assert {record: len(people) for record, people in found.items()} == {first.id: 1, second.id: 2}
