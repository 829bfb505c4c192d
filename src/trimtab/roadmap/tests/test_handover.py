"""Whatever somebody holds: it is all handed over, and undo gives all of it back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.accounts.services import handover
from trimtab.accounts.services.handover import Heirs
from trimtab.core.errors import Invalid
from trimtab.core.models import CustomLink, FieldType
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    make_area,
    make_custom_field,
    make_item,
    make_person,
    make_record,
    make_workspace,
)
from trimtab.roadmap.tests.whole import snapshot

OWNER = st.sampled_from(["leaver", "first", "second", "nobody"])


class TestHandOver:
    @settings(max_examples=15)
    @given(
        items=st.lists(OWNER, max_size=6),
        areas=st.lists(OWNER, max_size=3),
        readers=st.lists(st.sets(st.sampled_from(["leaver", "first", "second"])), max_size=3),
        by_kind=st.booleans(),
    )
    def test_all_of_it_goes_to_the_heirs_and_undo_restores_everything(self, items, areas, readers, by_kind):
        actor = make_workspace()
        people = {name: make_person(actor, name).id for name in ("leaver", "first", "second")} | {"nobody": None}
        made = [make_item(actor, owner_id=people[owner]) for owner in items]
        for owner in areas:
            make_area(actor, owner_id=people[owner])
        field = make_custom_field(actor, "readers", FieldType.PEOPLE)
        for names, item in zip(readers, made, strict=False):
            for name in names:
                make_record(actor, CustomLink, field_id=field.id, record_id=item.id, person_id=people[name])
        before = snapshot(actor)
        heirs = Heirs(people["first"], {"items": people["second"]} if by_kind else {})

        done = handover.hand_over(
            actor=actor, clock=later(days=1), person_id=people["leaver"], heirs=heirs, deactivate=True
        )

        assert handover.preview(actor=actor, person_id=people["leaver"]) == []
        owners = [row["owner_id"] for row in snapshot(actor)["item"].values()]
        assert owners.count(str(people["second" if by_kind else "first"])) >= items.count("leaver")
        with inside(actor):
            result = roadmap.undo_batch(actor, later(days=2), done.batch_id)
        assert result.refused == ()
        assert snapshot(actor) == before

    def test_nothing_is_left_without_anybody(self):
        actor = make_workspace()
        leaver, heir = make_person(actor, "Leaver"), make_person(actor, "Heir")
        make_item(actor, owner_id=leaver.id)
        before = snapshot(actor)

        with pytest.raises(Invalid):
            handover.hand_over(
                actor=actor, clock=NOON, person_id=leaver.id, heirs=Heirs(by_kind={"areas": heir.id}), deactivate=True
            )

        assert snapshot(actor) == before

    def test_one_record_may_go_elsewhere(self):
        actor = make_workspace()
        leaver, heir, other = (make_person(actor, name) for name in ("Leaver", "Heir", "Other"))
        kept, given_away = make_item(actor, owner_id=leaver.id), make_item(actor, owner_id=leaver.id)

        handover.hand_over(
            actor=actor,
            clock=NOON,
            person_id=leaver.id,
            heirs=Heirs(to=heir.id, by_record={given_away.id: other.id}),
            deactivate=False,
        )

        items = snapshot(actor)["item"]
        assert items[str(kept.id)]["owner_id"] == str(heir.id)
        assert items[str(given_away.id)]["owner_id"] == str(other.id)
