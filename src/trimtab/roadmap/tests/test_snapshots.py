"""Baselines: what has become of the plan since, as it was known when the baseline was made."""

from datetime import date

import pytest

from trimtab.core.errors import Forbidden, Invalid
from trimtab.roadmap.errors import AlreadyExists
from trimtab.roadmap.services import items, snapshots
from trimtab.roadmap.tests.factories import NOON, Role, inside, later, make_actor, make_item, make_workspace, phase

TODAY = later(days=10)


@pytest.fixture
def actor():
    return make_workspace()


def take(actor, **values):
    with inside(actor):
        return snapshots.create_snapshot(actor=actor, clock=later(hours=2), **{"name": "Plan of March"} | values)


def edit(actor, item, **changes):
    with inside(actor):
        items.update_item(actor=actor, clock=TODAY, item_id=item.id, version=item.version, changes=changes)


def compare(actor, snapshot, text=""):
    with inside(actor):
        return snapshots.compare_snapshot(actor, TODAY, snapshot.id, text=text)


class TestCompareSnapshot:
    def test_what_moved_came_went_and_changed(self, actor):
        moved, coarse, gone, cancelled, changed, _ = (
            make_item(actor, title=title, end_on=date(2026, 5, 1), end_precision=precision)
            for title, precision in (("moved", "day"), ("coarse", "quarter"), ("gone", "day"), ("cancelled", "day"),
                                     ("changed", "day"), ("same", "day"))
        )  # fmt: skip
        snapshot = take(actor)
        edit(actor, moved, end_on=date(2026, 5, 11))
        edit(actor, coarse, end_on=date(2026, 8, 1), end_precision="quarter")
        edit(actor, cancelled, phase_id=phase(actor, "cancelled"))
        edit(actor, changed, benefit=5)
        with inside(actor):
            items.delete_item(actor=actor, clock=TODAY, item_id=gone.id)
        make_item(actor, TODAY, title="new")

        found = compare(actor, snapshot)

        told = {each.title: (each.what, each.deleted, each.end and (each.end.days, each.end.exact))
                for each in found.differences}  # fmt: skip
        assert told == {
            "moved": ("moved", False, (10, True)), "coarse": ("moved", False, (92, False)),
            "gone": ("dropped", True, None), "cancelled": ("dropped", False, None),
            "changed": ("changed", False, None), "new": ("added", False, None),
        }  # fmt: skip
        assert [each.title for each in found.differences][:2] == ["coarse", "moved"]
        assert next(each for each in found.differences if each.title == "changed").fields == {"benefit": (None, 5)}
        assert (found.same, found.truncated) == (1, False)

    def test_what_left_the_selection_is_compared_all_the_same(self, actor):
        item = make_item(actor, health="at_risk")
        snapshot = take(actor)
        edit(actor, item, health="on_track")

        found = compare(actor, snapshot, "health:at_risk")

        assert [(each.what, each.fields["health"]) for each in found.differences] == [
            ("changed", ("at_risk", "on_track"))
        ]

    def test_it_never_changes_what_it_saw(self, actor):
        item = make_item(actor)
        snapshot = take(actor, at=NOON.now)

        assert snapshot.at == NOON.now
        assert compare(actor, snapshot).differences == []
        edit(actor, item, benefit=1)
        assert len(compare(actor, snapshot).differences) == 1


class TestCreateSnapshot:
    def test_refusals(self, actor):
        take(actor)

        with pytest.raises(AlreadyExists):
            take(actor)
        with pytest.raises(Invalid):
            take(actor, name="Tomorrow", at=TODAY.now)
        with pytest.raises(Forbidden):
            take(make_actor(actor.workspace_id, Role.CONTRIBUTOR), name="Mine")

    def test_forgetting_one(self, actor):
        snapshot = take(actor)
        with inside(actor):
            snapshots.delete_snapshot(actor=actor, clock=TODAY, snapshot_id=snapshot.id)

            assert snapshots.list_snapshots(actor) == []
