"""The kinds of notices that every workspace has, and the rules for what people say and for who belongs here."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from trimtab.accounts.public import list_members, people_of_teams
from trimtab.collab.models import Comment, Mention
from trimtab.collab.notices import queries
from trimtab.collab.notices.kinds import Mode, NoticeKind, SeenSet, Tell, Why, register_kind, register_notice
from trimtab.collab.queries import rows
from trimtab.collab.services.watching import watchers_of

MENTIONED: Final = "mentioned"
REPLIED: Final = "replied"
ASKED: Final = "asked"
ASSIGNED: Final = "assigned"
COMMENTED: Final = "commented"
CHANGED: Final = "changed"
FINISHED: Final = "finished"
MEMBERSHIP: Final = "membership"
EXCERPT: Final = 200
KINDS: Final = (
    NoticeKind(MENTIONED, "Somebody mentions you or your team", 10, direct=True),
    NoticeKind(REPLIED, "Somebody answers in a conversation of yours", 20, direct=True, delay_s=15),
    NoticeKind(ASKED, "Somebody asks you for something, or answers", 30, direct=True),
    NoticeKind(ASSIGNED, "You become the owner of something", 40, direct=True),
    NoticeKind(COMMENTED, "A comment on something you own or watch", 50, merges=True, delay_s=60, mail=Mode.DIGEST),
    NoticeKind(CHANGED, "Something you own or watch changes", 60, merges=True, delay_s=60, mail=Mode.DIGEST,
               chat=Mode.OFF),
    NoticeKind(FINISHED, "Long work that you began has ended", 70, direct=True, mail=Mode.OFF, chat=Mode.OFF),
    NoticeKind(MEMBERSHIP, "Your role here changes", 80, direct=True, chat=Mode.OFF),
)  # fmt: skip


def register() -> None:
    """Called when the app is ready."""
    for kind in KINDS:
        register_kind(kind)
    register_notice(MENTIONED, entities={"mention"}, rule=mentioned)
    register_notice(REPLIED, entities={"comment"}, rule=replied)
    register_notice(COMMENTED, entities={"comment"}, rule=commented)
    register_notice(MEMBERSHIP, entities={"membership"}, rule=role_changed)


def mentioned(seen: SeenSet) -> Iterator[Tell]:
    """People who are named in a comment, by name or by their team."""
    made = [change.entity_id for change in seen.of("mention", "I")]
    mentions = list(rows(seen.reader, Mention).filter(id__in=made))
    comments = _comments(seen, [mention.comment_id for mention in mentions])
    teams = people_of_teams(seen.reader, [m.team_id for m in mentions if m.team_id], seen.at.date())
    for mention in mentions:
        comment = comments.get(mention.comment_id)
        if comment is None:
            continue
        if mention.person_id is not None:
            yield _tell(comment, "mentioned you", {mention.person_id: Why.MENTIONED})
        else:
            yield _tell(comment, "mentioned your team", dict.fromkeys(teams.get(mention.team_id, ()), Why.MENTIONED))


def replied(seen: SeenSet) -> Iterator[Tell]:
    """Everybody who took part in a conversation that somebody answers in."""
    answers = [c for c in _posted(seen) if c.thread_id is not None]
    before = rows(seen.reader, Comment).filter(deleted_at=None)
    for comment in answers:
        took_part = before.filter(thread_id=comment.thread_id) | before.filter(id=comment.thread_id)
        people = set(took_part.exclude(author_id=None).values_list("author_id", flat=True))
        yield _tell(comment, "answered", dict.fromkeys(people, Why.REPLIED))


def commented(seen: SeenSet) -> Iterator[Tell]:
    """Everybody who watches the record that is spoken of."""
    for comment in _posted(seen):
        watching = watchers_of(seen.reader, comment.subject_entity, [comment.subject_id])
        people = {
            one.person_id: Why.OWNER if one.reason == "owner" else Why.WATCHER
            for one in watching.get(comment.subject_id, ())
        }
        yield _tell(comment, "commented", people)


def role_changed(seen: SeenSet) -> Iterator[Tell]:
    """Whoever is let in, shut out or given another role."""
    members = {member.id: member for member in list_members(seen.reader)}
    for change in seen.of("membership", "IU"):
        member = members.get(change.entity_id)
        role = change.fields.get("role")
        if member is None or member.person_id is None or role is None:
            continue
        named = str(role[1]).replace("_", " ")
        text = f"let you in as {named}" if change.op == "I" else f"made you {named}"
        yield Tell(queries.MEMBERSHIP, member.id, text, {member.person_id: Why.CONCERNED})


def _posted(seen: SeenSet) -> list[Comment]:
    return list(_comments(seen, [change.entity_id for change in seen.of("comment", "I")]).values())


def _comments(seen: SeenSet, ids: Iterable[UUID]) -> dict[UUID, Comment]:
    """Those that still say something."""
    found = rows(seen.reader, Comment).filter(id__in=list(ids), deleted_at=None)
    return {comment.id: comment for comment in found}


def _tell(comment: Comment, did: str, to: dict[UUID, Why]) -> Tell:
    words = " ".join(comment.body.split())
    excerpt = words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"
    text = f"{did}: “{excerpt}”"
    return Tell(comment.subject_entity, comment.subject_id, text, to, source_id=comment.id)
