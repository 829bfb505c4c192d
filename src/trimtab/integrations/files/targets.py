"""What collaboration takes from files: comments and watchers of items."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from trimtab.collab import public as collab
from trimtab.collab.public import ImportedComment
from trimtab.core import intake
from trimtab.core.actors import Actor, Clock
from trimtab.core.intake import Brought, Incoming, IncomingPerson, IntakeField, IntakeTarget
from trimtab.integrations.files.staging import select

_SAID = """
select k.key, c.body from scoped.external_key k join scoped.comment c on c.id = k.record_id
where k.entity = 'comment' and k.source = %s and k.key = any(%s)
"""
_WATCHED = """
select w.subject_id::text || w.person_id::text as pair from scoped.watcher w
where w.subject_entity = 'item' and w.subject_id = any(%s)
"""


def register() -> None:
    """Offer them to imports."""
    intake.register(
        IntakeTarget(
            name="comment",
            label="Comment",
            fields=(
                IntakeField("body", "Text", names=_BODY, required=True),
                IntakeField("at", "Date", "instant", _AT, required=True),
                IntakeField("author", "Author", "person", _AUTHOR),
                IntakeField("id", "Id", names=("comment id", "id")),
            ),
            bring=_bring_comments,
            unchanged=_same_comments,
            keyed=("at", "author"),
            names=("comment", "kommentar", "opmerking", "comentario", "commentaire", "note"),
        )
    )
    intake.register(
        IntakeTarget(
            name="watcher",
            label="Watcher",
            fields=(IntakeField("person", "Person", "person", _WATCHER, required=True),),
            bring=_bring_watchers,
            unchanged=_same_watchers,
            keyed=("person",),
            makes_people=True,
            names=("watcher", "follower", "beobachter", "volger"),
        )
    )


_BODY = (
    "body", "comment", "text", "comment text", "comment body", "message", "kommentar", "opmerking", "reactie",
    "comentario", "commentaire", "texte", "texto", "tekst",
)  # fmt: skip
_AT = (
    "created", "created at", "date", "at", "posted at", "posted", "time", "datum", "erstellt", "erstellt am",
    "aangemaakt", "fecha", "creado", "creada", "date de création", "créé le",
)  # fmt: skip
_AUTHOR = ("author", "user", "by", "from", "created by", "autor", "verfasser", "auteur", "schrijver")
_WATCHER = ("watcher", "person", "user", "follower", "beobachter", "volger", "observador", "observateur")


def _comment(source: str, one: Incoming) -> ImportedComment:
    author, at = one.values.get("author"), one.values["at"]
    assert isinstance(at, datetime)
    assert one.record_id is not None
    known = author if isinstance(author, IncomingPerson) else IncomingPerson("", None)
    return ImportedComment(
        source=source,
        key=one.key,
        entity="item",
        record_id=one.record_id,
        body=str(one.values["body"]),
        posted_at=at,
        author_id=known.id,
        author_name=known.name,
    )


def _bring_comments(actor: Actor, clock: Clock, batch: UUID, source: str, records: Iterable[Incoming]) -> Brought:
    listed = list(records)
    rows = {one.key: one.row for one in listed}
    found = collab.import_comments(actor, clock, batch, [_comment(source, one) for one in listed])
    rejected = tuple((rows[one.key], one.problem) for one in found.rejected)
    return Brought(found.created, found.updated, found.unchanged, rejected)


def _same_comments(actor: Actor, source: str, records: Sequence[Incoming]) -> Collection[int]:
    said = {row["key"]: row["body"] for row in select(_SAID, [source, [one.key for one in records]])}
    return [one.row for one in records if said.get(one.key) == str(one.values["body"]).strip()]


def _bring_watchers(actor: Actor, clock: Clock, batch: UUID, source: str, records: Iterable[Incoming]) -> Brought:
    pairs = list(dict.fromkeys(pair for one in records if (pair := _pair(one)) is not None))
    made = collab.import_watchers(actor, clock, batch, "item", pairs)
    return Brought(made, 0, len(pairs) - made)


def _same_watchers(actor: Actor, source: str, records: Sequence[Incoming]) -> Collection[int]:
    here = {row["pair"] for row in select(_WATCHED, [[one.record_id for one in records]])}
    return [one.row for one in records if (pair := _pair(one)) is None or f"{pair[0]}{pair[1]}" in here]


def _pair(one: Incoming) -> tuple[UUID, UUID] | None:
    person = one.values["person"]
    assert isinstance(person, IncomingPerson)
    return (one.record_id, person.id) if one.record_id is not None and person.id is not None else None
