"""Comments: who may say what, what becomes of it, and that all of it can be taken back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from trimtab.accounts.tests.factories import join
from trimtab.collab import queries
from trimtab.collab.errors import PastIsReadOnly
from trimtab.collab.models import Comment, Mention, Reaction, Watcher
from trimtab.collab.services import comments
from trimtab.core import ledger
from trimtab.core.actors import Actor, Lens, Role
from trimtab.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from trimtab.core.ids import new_id
from trimtab.core.tests.factories import NOON, inside, later
from trimtab.roadmap.services.past import undo_change_set
from trimtab.roadmap.tests.factories import make_record, make_team
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


class TestPostComment:
    def test_a_contributor_is_heard(self):
        _, person, item = talk()

        say(person, item, "Why so late?")

        (told,) = read(person, item.id)
        assert (told["body"], told["author_id"], told["author_name"]) == (
            "Why so late?", str(person.person_id), person.name,
        )  # fmt: skip
        assert told["edited_at"] is None

    def test_a_viewer_only_listens(self):
        _, viewer, item = talk(Role.VIEWER)

        with pytest.raises(Forbidden):
            say(viewer, item)
        assert read(viewer, item.id) == []

    def test_nobody_speaks_into_the_past(self):
        _, person, item = talk()

        with pytest.raises(PastIsReadOnly):
            say(replace(person, lens=Lens(as_of=NOON.now)), item)

    @pytest.mark.parametrize("body", ["", "  \n ", "\x00", "x" * 50_001])
    def test_it_says_something_but_not_everything(self, body):
        _, person, item = talk()

        with pytest.raises(Invalid):
            say(person, item, body)

    def test_what_is_not_there_is_not_talked_about(self):
        _, person, item = talk()
        item.id = new_id()

        with pytest.raises(NotFound):
            say(person, item)

    def test_another_workspace_is_not_there(self):
        _, person, _ = talk()
        theirs = make_item(found())

        with pytest.raises(NotFound):
            say(person, theirs)

    def test_an_answer_to_an_answer_joins_the_conversation(self):
        _, person, item = talk()
        first = say(person, item)

        second = say(person, item, "Because.", thread_id=first.id)
        third = say(person, item, "Ah.", thread_id=second.id)

        assert [second.thread_id, third.thread_id] == [first.id, first.id]

    def test_an_answer_is_about_the_same(self):
        admin, person, item = talk()
        first = say(person, make_item(admin))

        with pytest.raises(Invalid):
            say(person, item, thread_id=first.id)

    def test_the_author_watches_from_now_on(self):
        _, person, item = talk()

        say(person, item)

        with inside(person):
            assert [(w.person_id, w.reason) for w in queries.watchers(person, "item", [item.id])] == [
                (person.person_id, "commented")
            ]

    def test_who_is_named_is_mentioned_and_watches(self):
        admin, person, item = talk()
        team = make_team(admin, "Core")

        say(person, item, "Ask @Ana-Lima or @core, not `@contributor`.")

        (told,) = read(person, item.id)
        assert {(m["kind"], m["id"], m["handle"]) for m in told["mentions"]} == {
            ("person", str(admin.person_id), "Ana-Lima"), ("team", str(team.id), "core"),
        }  # fmt: skip
        with inside(person):
            reasons = {w.person_id: w.reason for w in queries.watchers(person, "item", [item.id])}
        assert reasons == {person.person_id: "commented", admin.person_id: "mentioned"}

    def test_it_is_one_change_that_can_be_taken_back_and_made_again(self):
        admin, person, item = talk()
        before = [count(admin, model) for model in (Comment, Mention, Watcher)]
        say(person, item, "Ask @ana-lima.")

        result = undo(admin, last_change_set())

        assert result.refused == ()
        assert [count(admin, model) for model in (Comment, Mention, Watcher)] == before
        with inside(admin):
            ledger.undo_batch(admin, later(days=10), result.batch_id)
        assert [told["body"] for told in read(admin, item.id)] == ["Ask @ana-lima."]


class TestEditComment:
    def test_the_author_finds_better_words(self):
        _, person, item = talk()
        comment = say(person, item)

        edit(person, comment, "How late?")

        (told,) = read(person, item.id)
        assert told["body"] == "How late?"
        assert told["edited_at"] is not None

    def test_nobody_else_does_not_even_an_admin(self):
        admin, person, item = talk()
        comment = say(person, item)

        with pytest.raises(Forbidden):
            edit(admin, comment, "Never mind.")

    def test_the_same_words_leave_no_trace(self):
        _, person, item = talk()
        comment = say(person, item)

        edit(person, comment, "Why so late?")

        (told,) = read(person, item.id)
        assert (told["version"], told["edited_at"]) == (1, None)

    def test_words_that_changed_meanwhile_are_not_overwritten(self):
        _, person, item = talk()
        comment = say(person, item)
        edit(person, comment, "How late?", version=1)

        with pytest.raises(StaleVersion):
            edit(person, comment, "When?", version=1)

    def test_mentions_follow_the_words_and_keep_their_meaning(self):
        admin, person, item = talk()
        comment = say(person, item, "Ask @ana-lima and @contributor.")
        namesake = join(admin, Role.VIEWER)
        with inside(admin):
            from trimtab.accounts.services import people

            people.update_person(
                actor=admin, clock=NOON, person_id=namesake.person_id, version=1, changes={"name": "Ana Lima"}
            )

        edit(person, comment, "Ask @ana-lima again.")

        (told,) = read(person, item.id)
        assert [mention["id"] for mention in told["mentions"]] == [str(admin.person_id)]

    def test_taking_it_back_brings_the_old_words(self):
        admin, person, item = talk()
        comment = say(person, item)
        edit(person, comment, "How late?")

        undo(admin, last_change_set())

        (told,) = read(person, item.id)
        assert (told["body"], told["edited_at"]) == ("Why so late?", None)


class TestDeleteComment:
    def test_it_is_gone_with_all_that_hung_on_it(self):
        admin, person, item = talk()
        comment = say(person, item, "Ask @ana-lima.")
        react(admin, comment)

        delete(person, comment)

        assert read(person, item.id) == []
        assert [count(admin, model) for model in (Comment, Mention, Reaction)] == [0, 0, 0]

    def test_undo_brings_back_words_mentions_and_reactions(self):
        admin, person, item = talk()
        comment = say(person, item, "Ask @ana-lima.")
        react(admin, comment)
        before = read(person, item.id)
        delete(person, comment)

        result = undo(admin, last_change_set())

        assert result.refused == ()
        after = read(person, item.id)
        assert [{**told, "version": 0} for told in after] == [{**told, "version": 0} for told in before]

    def test_an_admin_may_others_may_not(self):
        admin, person, item = talk()
        comment = say(person, item)
        for role in (Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR, Role.AREA_OWNER):
            with pytest.raises(Forbidden):
                delete(join(admin, role), comment)

        delete(admin, comment)

        assert read(admin, item.id) == []

    def test_what_was_answered_leaves_an_empty_place(self):
        _, person, item = talk()
        first = say(person, item)
        say(person, item, "Because.", thread_id=first.id)

        delete(person, first)

        told = read(person, item.id)
        assert [(one["body"], one["deleted_at"] is None) for one in told] == [("", False), ("Because.", True)]

    def test_the_empty_place_goes_with_the_last_answer(self):
        _, person, item = talk()
        first = say(person, item)
        second, third = (say(person, item, text, thread_id=first.id) for text in ("Because.", "Ah."))
        delete(person, first)
        delete(person, second)
        assert len(read(person, item.id)) == 2

        delete(person, third)

        assert read(person, item.id) == []

    def test_an_empty_place_is_not_filled_again(self):
        _, person, item = talk()
        first = say(person, item)
        say(person, item, "Because.", thread_id=first.id)
        delete(person, first)

        with pytest.raises(Invalid):
            edit(person, first, "On second thoughts", version=9)
        with pytest.raises(Invalid):
            react(person, first)


class TestResolveThread:
    def resolve(self, actor, comment, *, resolved=True):
        with inside(actor):
            return comments.resolve_thread(actor=actor, clock=later(hours=3), comment_id=comment.id, resolved=resolved)

    def test_a_conversation_is_settled_and_taken_up_again(self):
        admin, person, item = talk()
        comment = say(person, item)

        self.resolve(admin, comment)
        (settled,) = read(person, item.id)
        self.resolve(person, comment, resolved=False)
        (open_again,) = read(person, item.id)

        assert (settled["resolved_by"], settled["resolved_at"] is None) == (admin.name, False)
        assert (open_again["resolved_by"], open_again["resolved_at"]) == (None, None)

    def test_an_answer_alone_is_not_settled(self):
        _, person, item = talk()
        answer = say(person, item, "Because.", thread_id=say(person, item).id)

        with pytest.raises(Invalid):
            self.resolve(person, answer)

    def test_a_viewer_settles_nothing(self):
        admin, viewer, item = talk(Role.VIEWER)

        with pytest.raises(Forbidden):
            self.resolve(viewer, say(admin, item))


class TestReact:
    def test_the_same_twice_counts_once(self):
        admin, person, item = talk()
        comment = say(person, item)

        react(admin, comment)
        react(admin, comment)
        react(person, comment)

        (told,) = read(admin, item.id)
        assert [(r["emoji"], r["count"], r["mine"], r["people"]) for r in told["reactions"]] == [
            ("👍", 2, True, [admin.name, person.name])
        ]

    def test_one_takes_off_ones_own(self):
        admin, person, item = talk()
        comment = say(person, item)
        react(admin, comment)
        react(person, comment)

        react(admin, comment, on=False)

        (told,) = read(admin, item.id)
        assert [(r["count"], r["mine"]) for r in told["reactions"]] == [(1, False)]

    def test_only_known_emoji(self):
        _, person, item = talk()

        with pytest.raises(Invalid):
            react(person, say(person, item), "<b>")

    def test_a_viewer_does_not(self):
        admin, viewer, item = talk(Role.VIEWER)

        with pytest.raises(Forbidden):
            react(viewer, say(admin, item))


class TestTheDatabaseItself:
    """Each constraint, broken on purpose past the services."""

    def test_an_answer_has_no_answers(self):
        admin, _, item = talk()
        answer = say(admin, item, thread_id=say(admin, item).id)

        self.refused(admin, item, thread_id=answer.id)

    def test_an_answer_is_about_the_same_record(self):
        admin, _, item = talk()

        self.refused(admin, item, thread_id=say(admin, make_item(admin)).id)

    def test_nothing_hangs_on_what_is_not_there(self):
        admin, _, item = talk()
        item.id = new_id()

        self.refused(admin, item)

    def test_nothing_hangs_on_another_workspace(self):
        admin, _, _ = talk()

        self.refused(admin, make_item(found()))

    def test_nothing_hangs_on_a_kind_that_has_not_joined(self):
        admin, _, item = talk()

        self.refused(admin, item, subject_entity="person", subject_id=admin.person_id)

    def test_no_words_are_a_deletion(self):
        admin, _, item = talk()

        self.refused(admin, item, body="")

    def refused(self, admin, item, **over):
        values = {"subject_entity": "item", "subject_id": item.id, "body": "x", "posted_at": NOON.now} | over
        with pytest.raises(Exception, match="violates"), transaction.atomic():
            make_record(admin, Comment, **values)

    def test_one_emoji_once(self):
        admin, _, item = talk()
        comment = say(admin, item)
        react(admin, comment)

        with pytest.raises(Exception, match="reaction_once"), transaction.atomic():
            make_record(admin, Reaction, comment_id=comment.id, person_id=admin.person_id, emoji="👍")

    def test_a_mention_names_one(self):
        admin, _, item = talk()
        comment = say(admin, item)
        team = make_team(admin)

        with pytest.raises(Exception, match="mention_of_one"), transaction.atomic():
            make_record(admin, Mention, comment_id=comment.id, person_id=admin.person_id, team_id=team.id, handle="x")


class TestRaces:
    def test_a_comment_that_was_just_answered_is_not_torn_away(self):
        _, person, item = talk()
        comment = say(person, item)
        answer = say(person, item, "Because.", thread_id=comment.id)

        with (
            pytest.raises(Conflict),
            inside(person),
            comments.refusals(),
            ledger.change_set(person, at=NOON.now),
            connection.cursor() as cursor,
        ):
            cursor.execute("delete from collab_comment where id = %s", [comment.id])
        assert {told["id"] for told in read(person, item.id)} == {str(comment.id), str(answer.id)}
