"""Saves that touch only what differs, and refusals of stale writes field by field."""

from dataclasses import replace

import pytest

from trimtab.core import ledger
from trimtab.core.errors import NotFound, StaleVersion
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField
from trimtab.core.tests.factories import inside, later, make_workspace


@pytest.fixture
def actor():
    return make_workspace()


@pytest.fixture
def field(actor):
    with inside(actor), ledger.change_set(actor, at=later().now):
        record = CustomField(workspace_id=actor.workspace_id, key="risk", name="Risk", type="text")
        return ledger.add(record)


def save(actor, field, hours=1, **changes):
    with inside(actor), ledger.change_set(actor, at=later(hours=hours).now):
        return ledger.save(field, **changes)


class TestAdd:
    def test_reads_back_what_the_database_set(self, field):
        assert (field.version, field.created_at, field.updated_at) == (1, later().now, later().now)
        assert not field._state.adding


class TestSave:
    def test_writes_what_differs_and_reads_back(self, actor, field):
        save(actor, field, name="Risks", unit="%", position=0)

        assert (field.name, field.version, field.updated_at) == ("Risks", 2, later(hours=1).now)
        with inside(actor):
            stored = CustomField.objects.get(id=field.id)
            (line,) = ledger.history(actor, "custom_field", field.id, limit=1)
        assert (stored.name, stored.unit, stored.version) == ("Risks", "%", 2)
        assert line.fields == {"name": ("Risk", "Risks"), "unit": ("", "%")}

    def test_the_same_again_leaves_no_trace(self, actor, field, django_assert_num_queries):
        with inside(actor), django_assert_num_queries(0):
            ledger.save(field, name="Risk", position=0)
        assert field.version == 1

    def test_what_is_gone_is_not_found(self, actor, field):
        field.id = new_id()
        with pytest.raises(NotFound):
            save(actor, field, name="Risks")


class TestCheckStale:
    def check(self, actor, field, version, **changes):
        with inside(actor):
            ledger.check_stale(CustomField.objects.get(id=field.id), version_read=version, changes=changes)

    def test_a_field_that_somebody_wrote_since_is_refused_with_its_value(self, actor, field):
        save(replace(actor, name="Ben"), field, name="Risks", unit="%")

        with pytest.raises(StaleVersion) as refused:
            self.check(actor, field, 1, name="Danger", position=3)

        assert refused.value.extra == {
            "current_version": 2,
            "fields": {"name": {"current": "Risks", "by": "Ben", "at": later(hours=1).now.isoformat()}},
        }

    def test_other_fields_pass(self, actor, field):
        save(actor, field, name="Risks")
        self.check(actor, field, 1, unit="%", position=3)

    def test_writing_what_is_there_passes(self, actor, field):
        save(actor, field, name="Risks")
        self.check(actor, field, 1, name="Risks")

    def test_the_current_version_passes(self, actor, field):
        save(actor, field, name="Risks")
        self.check(actor, field, 2, name="Danger")
