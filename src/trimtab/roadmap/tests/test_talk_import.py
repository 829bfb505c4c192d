"""What people said elsewhere comes over with its authors and dates, once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.collab import queries
from trimtab.collab.models import Comment, Mention
from trimtab.collab.services import bulk
from trimtab.collab.services.bulk import ImportedComment, ImportedComments
from trimtab.core import ledger
from trimtab.core.actors import Actor, Lens, Role
from trimtab.core.errors import Forbidden
from trimtab.core.ids import new_id
from trimtab.core.models import ExternalKey
from trimtab.core.tests.factories import NOON, inside, later
from trimtab.roadmap.services.past import undo_batch
from trimtab.roadmap.tests.talk import found, make_item, read, talk


def told(item: Any, key: str = "1", **over: Any) -> ImportedComment:
    values: dict[str, Any] = {
        "source": "jira", "key": key, "entity": "item", "record_id": item.id, "body": f"Said {key}.",
        "posted_at": NOON.now - timedelta(days=100 - int(key)), "author_name": "Bo Berg",
    }  # fmt: skip
    return ImportedComment(**values | over)


def bring(actor: Actor, *comments: ImportedComment) -> tuple[Any, ImportedComments]:
    """Import under a batch of its own; gives the batch and what came of it."""
    with inside(actor):
        batch = ledger.open_batch(actor, later(days=1), "import", "Comments")
        return batch, bulk.import_comments(actor, later(days=1), batch, list(comments))


def figures(result: ImportedComments) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, len(result.rejected)


class TestImportComments:
    def test_author_and_date_are_the_true_ones(self):
        admin, person, item = talk()

        bring(admin, told(item, "1"), told(item, "2", author_id=person.person_id))

        first, second = read(admin, item.id)
        assert (first["body"], first["author_id"], first["author_name"]) == ("Said 1.", None, "Bo Berg")
        assert (second["author_id"], second["author_name"]) == (str(person.person_id), person.name)
        assert first["posted_at"].startswith((NOON.now - timedelta(days=99)).date().isoformat())

    def test_the_past_finds_them(self):
        admin, _, item = talk()
        bring(admin, told(item, "1"), told(item, "50"))

        with inside(admin):
            from trimtab.core.query.lens import rel

            lens = Lens(as_of=NOON.now - timedelta(days=80))
            found = Comment.objects.raw(f"select * from {rel('comment', lens)} c", {"as_of": lens.as_of})
            assert [comment.body for comment in found] == ["Said 1."]

    def test_the_same_again_changes_nothing(self):
        admin, _, item = talk()
        comments = [told(item, "1"), told(item, "2", thread_key="1", edited_at=NOON.now - timedelta(days=5))]

        assert figures(bring(admin, *comments)[1]) == (2, 0, 0, 0)
        before = read(admin, item.id)
        assert figures(bring(admin, *comments)[1]) == (0, 0, 2, 0)
        assert read(admin, item.id) == before

    def test_other_words_are_taken_over(self):
        admin, _, item = talk()
        bring(admin, told(item, "1"), told(item, "2"))

        _, result = bring(admin, told(item, "1", body="Better.", edited_at=NOON.now), told(item, "2"))

        assert figures(result) == (0, 1, 1, 0)
        assert [one["body"] for one in read(admin, item.id)] == ["Better.", "Said 2."]

    def test_answers_find_their_conversation_however_deep(self):
        admin, _, item = talk()

        bring(admin, told(item, "3", thread_key="2"), told(item, "2", thread_key="1"), told(item, "1"))
        bring(admin, told(item, "4", thread_key="3"))

        first, *answers = read(admin, item.id)
        assert [one["thread_id"] for one in answers] == [first["id"]] * 3

    def test_an_answer_to_nothing_or_to_something_else_stands_alone(self):
        admin, _, item = talk()
        other = make_item(admin)

        bring(admin, told(item, "1", thread_key="9"), told(other, "2"), told(item, "3", thread_key="2"))

        assert {one["thread_id"] for one in read(admin, item.id)} == {None}

    def test_a_circle_of_answers_ends_somewhere(self):
        admin, _, item = talk()

        _, result = bring(admin, told(item, "1", thread_key="2"), told(item, "2", thread_key="1"))

        assert result.created == 2

    def test_resolved_since_then(self):
        admin, _, item = talk()

        bring(admin, told(item, "1", resolved_at=NOON.now - timedelta(days=3)))

        (one,) = read(admin, item.id)
        assert one["resolved_at"] is not None

    @pytest.mark.parametrize(
        "wrong", [{"body": "  "}, {"body": "x" * 50_001}, {"key": "0" * 301}, {"posted_at": later(days=2).now}]
    )
    def test_what_is_wrong_is_rejected_alone(self, wrong):
        admin, _, item = talk()
        bad = replace(told(item, "2"), **wrong)

        _, result = bring(admin, told(item, "1"), bad)

        assert figures(result) == (1, 0, 0, 1)
        assert len(read(admin, item.id)) == 1

    def test_mentions_are_found(self):
        admin, _, item = talk()

        bring(admin, told(item, "1", body="Ask @ana-lima, not `@contributor`."))

        (one,) = read(admin, item.id)
        assert [mention["id"] for mention in one["mentions"]] == [str(admin.person_id)]

    def test_undo_leaves_nothing(self):
        admin, _, item = talk()
        batch, _ = bring(admin, told(item, "1", body="Ask @ana-lima."), told(item, "2", thread_key="1"))

        with inside(admin):
            result = undo_batch(admin, later(days=3), batch)

        assert result.refused == ()
        with inside(admin):
            assert [queries.rows(admin, model).count() for model in (Comment, Mention, ExternalKey)] == [0, 0, 0]
        assert figures(bring(admin, told(item, "1"))[1]) == (1, 0, 0, 0)

    def test_a_contributor_imports_nothing(self):
        _, person, item = talk()

        with pytest.raises(Forbidden):
            bring(person, told(item))

    def test_nothing_is_brought_into_another_workspace(self):
        admin, _, _ = talk()

        with pytest.raises(Exception, match="not there any more"):
            bring(admin, told(make_item(found())))

    def test_a_thousand_take_a_moment(self):
        admin, _, item = talk()

        _, result = bring(admin, *(told(item, str(n), posted_at=NOON.now - timedelta(hours=n)) for n in range(1, 1001)))

        assert result.created == 1000

    KEYS = st.integers(1, 6).map(str)

    @given(st.lists(st.tuples(KEYS, st.none() | KEYS), max_size=6, unique_by=lambda pair: pair[0]))
    def test_threads_are_one_deep_whatever_answers_what(self, pairs):
        admin, item = _shared()
        source = new_id().hex

        bring(admin, *(replace(told(item, key, thread_key=thread), source=source) for key, thread in pairs))

        with inside(admin):
            mine = {c.id: c for c in queries.rows(admin, Comment)}
        assert all(c.thread_id is None or mine[c.thread_id].thread_id is None for c in mine.values())
        assert all(c.thread_id is None or mine[c.thread_id].subject_id == c.subject_id for c in mine.values())


class TestImportWatchers:
    def test_each_once_and_who_said_no_stays_so(self):
        admin, person, item = talk(Role.VIEWER)
        pairs = [(item.id, admin.person_id), (item.id, person.person_id), (item.id, person.person_id)]
        with inside(admin):
            batch = ledger.open_batch(admin, NOON, "import", "Watchers")

            assert bulk.import_watchers(admin, NOON, batch, "item", pairs) == 2
            assert bulk.import_watchers(admin, NOON, batch, "item", pairs) == 0


_world: list[tuple[Actor, Any]] = []


def _shared() -> tuple[Actor, Any]:
    """One workspace for all examples of a property."""
    if not _world:
        admin, _, item = talk()
        _world.append((admin, item))
    return _world[0]
