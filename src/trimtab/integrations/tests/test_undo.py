"""An import taken back: what it made is gone, what others wrote since stays."""

from pathlib import Path

import pytest

from trimtab.core.actors import Actor
from trimtab.core.models import CustomField
from trimtab.integrations.public import undo_batch
from trimtab.integrations.tests.keps import now, tracked
from trimtab.integrations.tests.test_import import FULL, bring, item, row
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, make_workspace


@pytest.fixture
def actor() -> Actor:
    return make_workspace()


class TestUndoImport:
    def test_a_second_import_goes_and_the_first_stays(self, actor: Actor, tmp_path: Path) -> None:
        bring(actor, tmp_path, FULL)
        before = tracked(actor)
        second = bring(actor, tmp_path, FULL | {"title": "Other", "days": "1", "theme": "new"}, row("B"))
        assert second.batch_id is not None

        undo_batch(actor=actor, clock=now(), batch_id=second.batch_id)

        assert tracked(actor) == before

    def test_a_field_stays_where_somebody_kept_a_value(self, actor: Actor, tmp_path: Path) -> None:
        report = bring(actor, tmp_path, row("A", score="3.5", risk="high"), row("B", score="1", due="9.10.2026"))
        assert report.batch_id is not None
        kept = item(actor, "A")
        with inside(actor):
            roadmap.update_item(actor=actor, clock=now(), item_id=kept.id, changes={"custom": {"score": 7}})

        undone = undo_batch(actor=actor, clock=now(), batch_id=report.batch_id)

        with inside(actor):
            fields = {str(field.id): field.key for field in CustomField.objects.all()}
            (left,) = Item.objects.all()
        assert {fields[held]: value for held, value in left.custom.items()} == {"score": 7, "risk": "high"}
        assert set(fields.values()) == {"score", "risk"}
        refused = {(refusal.entity, refusal.reason) for refusal in undone.refused}
        assert refused >= {("item", "changed"), ("custom_field", "referred to")}
