"""A whole portfolio with its past: the small twin always, the real Kubernetes set where it is at hand."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from trimtab.core import query
from trimtab.core.actors import Actor
from trimtab.integrations.public import Report, undo_batch
from trimtab.integrations.tests.keps import (
    make_twin,
    now,
    overlaps,
    portfolio,
    read,
    replay,
    run,
    shared,
    tracked,
)
from trimtab.roadmap.tests.factories import inside, make_workspace

DAYS = ("2022-01-01", "2023-07-01", "2025-06-30")


@dataclass(frozen=True)
class Imported:
    """A portfolio in a workspace of its own, and the folder it came from."""

    actor: Actor
    folder: Path
    report: Report


def _import(folder: Path) -> Imported:
    actor = make_workspace()
    return Imported(actor, folder, run(actor, folder))


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return _import(make_twin(tmp_path_factory.mktemp("twin")))


@pytest.fixture(scope="module")
def kubernetes() -> Imported:
    return _import(shared())


@pytest.fixture(params=["twin", "kubernetes"])
def imported(request: pytest.FixtureRequest) -> Imported:
    found: Imported = request.getfixturevalue(request.param)
    return found


def days_of(folder: Path) -> list[str]:
    """The three days, the day before the first event, and the ten with most events."""
    days = Counter(event["at"][:10] for event in read(folder, "events.csv"))
    return [*DAYS, "2018-11-30", *(day for day, _ in days.most_common(10))]


class TestImportOfAPortfolio:
    def test_every_day_reads_as_the_replay_of_its_events(self, imported: Imported) -> None:
        for day in days_of(imported.folder):
            assert portfolio(imported.actor, day) == replay(imported.folder, day), day

    def test_nothing_of_it_was_known_yesterday(self, imported: Imported) -> None:
        yesterday = (now().now - timedelta(days=1)).date().isoformat()

        for day in (*DAYS, yesterday):
            assert portfolio(imported.actor, day, known_on=yesterday) == {}

    def test_known_today_it_is_all_there(self, imported: Imported) -> None:
        today = now().now.date().isoformat()

        assert portfolio(imported.actor, "2022-01-01", known_on=today) == replay(imported.folder, "2022-01-01")

    def test_today_reads_as_the_file(self, imported: Imported) -> None:
        today = portfolio(imported.actor, (now().now + timedelta(days=1)).date().isoformat())
        rows = {row["key"]: row for row in reversed(read(imported.folder, "items.csv")) if row["key"] and row["title"]}

        assert set(today) == set(rows)
        for key, item in today.items():
            assert item == {field: rows[key][field] for field in item}

    def test_the_same_again_changes_nothing(self, imported: Imported) -> None:
        before = tracked(imported.actor)
        again = run(imported.actor, imported.folder)

        assert (again.created, again.updated, again.unchanged) == (0, 0, imported.report.created)
        assert again.batch_id is None
        assert tracked(imported.actor) == before


class TestUndoOfAPortfolio:
    @pytest.mark.parametrize("which", ["twin", "kubernetes"])
    def test_import_undo_import_leaves_one_of_each(self, which: str, tmp_path: Path) -> None:
        folder = shared() if which == "kubernetes" else make_twin(tmp_path)
        actor = make_workspace()
        before = tracked(actor)
        first = run(actor, folder)
        assert first.batch_id is not None

        undone = undo_batch(actor=actor, clock=now(), batch_id=first.batch_id)

        assert undone.refused == ()
        assert tracked(actor) == before
        assert query.rows(actor, now(), {"source": "item", "columns": ["key"], "lens": {"as_of": "2020-01-01"}}) == []
        second = run(actor, folder)
        assert second.created == first.created
        assert overlaps(actor) == []
        for day in days_of(folder):
            assert portfolio(actor, day) == replay(folder, day), day


class TestKubernetes:
    """What the set's own description says of it."""

    def test_all_of_it_is_there(self, kubernetes: Imported) -> None:
        rows = portfolio(kubernetes.actor, "2030-01-01")

        assert len(rows) == 598
        assert len({row["owning_sig"] for row in rows.values()}) == 22
        assert sum(row["milestone_stable"] == "v1.30" for row in rows.values()) == 18
        assert (kubernetes.report.relations, kubernetes.report.made["release"]) == (238, 36)

    def test_only_relations_that_lead_nowhere_are_rejected(self, kubernetes: Imported) -> None:
        assert {rejection.part for rejection in kubernetes.report.rejected} == {"relations"}
        assert kubernetes.report.rejected_count == 127

    def test_a_misspelt_status_is_a_phase_to_do_that_waits_for_review(self, kubernetes: Imported) -> None:
        from trimtab.roadmap.models import Item, Phase

        with inside(kubernetes.actor):
            phase = Phase.objects.get(name="imlpemented")
            item = Item.objects.get(phase=phase)

        assert phase.category == "todo"
        assert phase.review == {"name": {"raw": "imlpemented", "why": "unknown_phase"}}
        assert item.review is not None
        assert item.review["phase"] == {"raw": "imlpemented", "why": "unknown_phase"}
