"""Something of the set-up ends: its uses go elsewhere, and undo brings all of it back."""

import pytest

from trimtab.core.errors import Invalid
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.services.replace import replace_setting, uses_of
from trimtab.roadmap.tests.factories import (
    NOON,
    inside,
    later,
    level,
    make_custom_field,
    make_item,
    make_release,
    make_workspace,
    phase,
)
from trimtab.roadmap.tests.whole import snapshot


def dimension(actor, *names):
    with inside(actor):
        theme = roadmap.add_setting(actor=actor, clock=NOON, kind="dimension", values={"name": "Motive"})
        values = [
            roadmap.add_setting(
                actor=actor, clock=NOON, kind="dimension_value", values={"dimension_id": theme, "name": name}
            )
            for name in names
        ]
    return theme, values


def scene():
    """Every kind that is replaced, in use: kind → (what ends, what takes over or None)."""
    actor = make_workspace()
    old, new = make_release(actor, "1.0"), make_release(actor, "2.0")
    theme, (one, two) = dimension(actor, "One", "Two")
    field = make_custom_field(actor, "note", "text")
    make_item(
        actor,
        level="feature",
        phase="doing",
        release_id=old.id,
        dimensions={"motive": [str(one)]},
        custom={"note": "x"},
    )
    return actor, {
        "level": (level(actor, "feature"), level(actor, "initiative")),
        "phase": (phase(actor, "doing"), phase(actor, "review")),
        "release": (old.id, new.id),
        "dimension_value": (one, two),
        "dimension": (theme, None),
        "custom_field": (field.id, None),
    }


KINDS = ["level", "phase", "release", "dimension_value", "dimension", "custom_field"]


@pytest.mark.parametrize("kind", KINDS)
class TestReplace:
    def test_its_uses_go_to_the_other_and_undo_restores_all(self, kind):
        actor, kinds = scene()
        old, into = kinds[kind]
        before = snapshot(actor)
        with inside(actor):
            counted = uses_of(actor, kind, old)
            done = replace_setting(actor=actor, clock=later(days=1), kind=kind, record_id=old, into=into)
        after = snapshot(actor)

        assert counted == done.counts != {}
        assert str(old) not in after[kind]
        assert str(old) not in str(after["item"].values()) + str(after["item_value"].values())
        with inside(actor):
            assert roadmap.undo_batch(actor, later(days=2), done.batch_id).refused == ()
        assert snapshot(actor) == before

    def test_it_does_not_go_to_itself(self, kind):
        actor, kinds = scene()
        old, _ = kinds[kind]
        before = snapshot(actor)

        with inside(actor), pytest.raises(Invalid):
            replace_setting(actor=actor, clock=NOON, kind=kind, record_id=old, into=old)

        assert snapshot(actor) == before


def test_every_item_keeps_a_level():
    actor, kinds = scene()

    with inside(actor), pytest.raises(Invalid):
        replace_setting(actor=actor, clock=NOON, kind="level", record_id=kinds["level"][0], into=None)
