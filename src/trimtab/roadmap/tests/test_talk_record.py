"""What was said, seen from the record: it goes and comes back with it, in its past and history, in queries."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from trimtab.collab import queries
from trimtab.collab.models import Comment
from trimtab.collab.services import comments
from trimtab.core import ledger
from trimtab.core.actors import Actor, Lens
from trimtab.core.errors import NotFound
from trimtab.core.tests.factories import NOON, inside, later
from trimtab.roadmap.services import items
from trimtab.roadmap.services.past import undo_change_set
from trimtab.roadmap.tests.talk import found, make_item, read, say, talk


def last_change_set() -> UUID:
    made = ledger.last_written()
    assert made is not None
    return made


def undo(actor: Actor, change_set: UUID) -> ledger.UndoResult:
    with inside(actor):
        return undo_change_set(actor, later(days=9), change_set)


def count(actor: Actor, model: Any) -> int:
    with inside(actor):
        return queries.rows(actor, model).count()


def edit(actor: Actor, comment: Comment, body: str, version: int | None = None) -> Comment:
    with inside(actor):
        return comments.edit_comment(
            actor=actor, clock=later(hours=1), comment_id=comment.id, version=version or comment.version, body=body
        )


def delete(actor: Actor, comment: Comment) -> None:
    with inside(actor):
        comments.delete_comment(actor=actor, clock=later(hours=2), comment_id=comment.id)


def react(actor: Actor, comment: Comment, emoji: str = "👍", *, on: bool = True) -> None:
    with inside(actor):
        comments.react(actor=actor, clock=NOON, comment_id=comment.id, emoji=emoji, on=on)


class TestTheRecordItself:
    def test_an_item_goes_with_what_was_said_and_comes_back_with_it(self):
        admin, person, item = talk()
        first = say(person, item, "Ask @ana-lima.")
        say(admin, item, "Here.", thread_id=first.id)
        react(admin, first)
        before = read(admin, item.id)
        with inside(admin):
            items.delete_item(actor=admin, clock=later(days=1), item_id=item.id)
        with pytest.raises(NotFound):
            read(admin, item.id)

        result = undo(admin, last_change_set())

        assert result.refused == ()
        assert [{**told, "version": 0} for told in read(admin, item.id)] == [{**told, "version": 0} for told in before]

    def test_undoing_its_creation_is_refused_while_somebody_talks_about_it(self):
        admin = found()
        item = make_item(admin)
        created = last_change_set()
        say(admin, item)

        result = undo(admin, created)

        assert {refusal.reason for refusal in result.refused} == {"referred to"}
        assert len(read(admin, item.id)) == 1

    def test_the_past_shows_what_was_said_by_then(self):
        _, person, item = talk()
        first = say(person, item, clock=later(days=1))
        say(person, item, "Because.", clock=later(days=3), thread_id=first.id)
        then = replace(person, lens=Lens(as_of=later(days=2).now))

        assert [told["body"] for told in read(then, item.id)] == ["Why so late?"]
        assert len(read(person, item.id)) == 2

    def test_its_history_tells_of_what_was_said(self):
        _, person, item = talk()
        comment = say(person, item)
        edit(person, comment, "How late?")

        with inside(person):
            lines = ledger.history(person, "item", item.id)

        told = [(line.entity, line.op, line.fields.get("body")) for line in lines if line.entity == "comment"]
        assert told == [("comment", "U", ("Why so late?", "How late?")), ("comment", "I", (None, "Why so late?"))]

    def test_a_hundred_conversations_at_a_time(self, monkeypatch):
        import orjson

        from trimtab.collab import documents

        _, person, item = talk()
        first, second, third = (say(person, item, str(n), clock=later(hours=n)) for n in range(3))
        say(person, item, "late answer", clock=later(days=1), thread_id=first.id)
        monkeypatch.setattr(documents, "THREADS_AT_ONCE", 2)

        with inside(person):
            page = orjson.loads(documents.comments_json(person, "item", item.id))
            rest = orjson.loads(documents.comments_json(person, "item", item.id, after=UUID(page["next"])))

        assert [told["body"] for told in page["comments"]] == ["0", "1", "late answer"]
        assert (page["count"], page["next"]) == (4, str(second.id))
        assert ([told["id"] for told in rest["comments"]], rest["next"]) == ([str(third.id)], None)


class TestQuery:
    def ask(self, actor: Actor, text: str, **more: Any) -> list[str]:
        import orjson

        from trimtab.core import query

        request = {"source": "comment", "text": text, "columns": ["text", "author"], "sort": [{"field": "posted"}]}
        with inside(actor):
            answer = orjson.loads(query.run(actor, later(days=9), request | more))
        return answer["columns"]["text"]  # type: ignore[no-any-return]

    def test_comments_are_found_by_words_author_and_record(self):
        admin, person, item = talk()
        other = make_item(admin)
        say(person, item, "The dock is late.")
        say(admin, item, "Docks are always late.", clock=later(hours=1))
        say(admin, other, "The gate is early.", clock=later(hours=2))

        assert self.ask(admin, "dock", sort=None) != []
        assert self.ask(admin, "text:dock") == ["The dock is late.", "Docks are always late."]
        assert self.ask(admin, f'author:"{admin.name}"') == ["Docks are always late.", "The gate is early."]
        assert self.ask(admin, f"item:TT-{item.number} about:item") == ["The dock is late.", "Docks are always late."]

    def test_the_past_is_asked_too(self):
        admin, person, item = talk()
        comment = say(person, item, "The dock is late.")
        edit(person, comment, "The gate is late.")

        assert self.ask(admin, "text:late") == ["The gate is late."]
        assert self.ask(admin, "text:late", lens={"as_of": later(minutes=30).now.isoformat()}) == ["The dock is late."]

    def test_another_workspace_hears_nothing(self):
        _, person, item = talk()
        say(person, item)

        assert self.ask(found(), "late") == []
