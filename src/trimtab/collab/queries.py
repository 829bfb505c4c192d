"""Scoped reads of what people say. Everything absent, in another workspace or hidden is NotFound alike."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Sum

from trimtab.accounts import public as accounts
from trimtab.collab import subjects
from trimtab.collab.models import Comment, Mention, StoredFile, Watcher, WatchPreference
from trimtab.collab.rules import Directory, Mentionable, fold
from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import NotFound
from trimtab.core.models import ExternalKey, ScopedQuerySet
from trimtab.core.query.database import fetch

M = TypeVar("M", bound=models.Model)


def rows(actor: Actor, model: type[M]) -> ScopedQuerySet:
    """The rows of ``model`` in the actor's workspace. Raises Forbidden."""
    actor.require(Permission.VIEW)
    found: ScopedQuerySet = model.objects.in_workspace(actor.workspace_id)  # type: ignore[attr-defined]
    return found


def one(actor: Actor, model: type[M], record_id: UUID, *, lock: bool = False) -> M:
    """The record of this id in the actor's workspace, row-locked if ``lock``. Raises NotFound, Forbidden."""
    found = rows(actor, model)
    record: M | None = (found.select_for_update() if lock else found).filter(id=record_id).first()
    if record is None:
        raise NotFound(f"There is no such {model._meta.verbose_name}.")
    return record


def visible_comment(actor: Actor, comment_id: UUID, *, lock: bool = False) -> Comment:
    """A comment on a record that the actor may see. Raises NotFound, Forbidden."""
    comment = one(actor, Comment, comment_id, lock=lock)
    subjects.visible(actor, comment.subject_entity, comment.subject_id)
    return comment


def replies(actor: Actor, comment_id: UUID) -> ScopedQuerySet:
    """What was answered to a comment."""
    return rows(actor, Comment).filter(thread_id=comment_id)


def directory(actor: Actor) -> Directory:
    """Everybody who can be mentioned: the people who are here, and all teams."""
    return Directory(list_mentionable(actor))


def list_mentionable(actor: Actor) -> list[Mentionable]:
    """The people who are here and all teams, by name."""
    people = [
        Mentionable("person", person.id, person.name, email=person.email)
        for person in accounts.list_people(actor)
        if person.active and not person.placeholder
    ]
    teams = [Mentionable("team", team.id, team.name, key=team.key) for team in accounts.list_teams(actor)]
    return people + teams


def mentions_of(actor: Actor, comment_id: UUID) -> list[Mention]:
    return list(rows(actor, Mention).filter(comment_id=comment_id).order_by("id"))


def watch_preferences(actor: Actor, person_ids: Iterable[UUID]) -> dict[UUID, WatchPreference]:
    """What these people watch without asking; who never said is absent, and watches all of it."""
    said = rows(actor, WatchPreference).filter(person_id__in=list(person_ids))
    return {preference.person_id: preference for preference in said}


def watchers(actor: Actor, entity: str, ids: Iterable[UUID]) -> list[Watcher]:
    """The rows of those who watch these records, or will not."""
    return list(rows(actor, Watcher).filter(subject_entity=entity, subject_id__in=list(ids)).order_by("id"))


def used_bytes(actor: Actor) -> int:
    """The room that the workspace's files take."""
    return rows(actor, StoredFile).filter(purged_at=None).aggregate(used=Sum("size"))["used"] or 0


def find_by_key(actor: Actor, source: str, entity: str, keys: Iterable[str]) -> dict[str, UUID]:
    """Ids by the names that records have elsewhere; unknown names are absent."""
    known = rows(actor, ExternalKey).filter(source=source, entity=entity, key__in=list(keys))
    return dict(known.values_list("key", "record_id"))


def list_mentioned(actor: Actor, comment_ids: Iterable[UUID]) -> dict[UUID, tuple[Mentionable, ...]]:
    """The people and teams named in each of these comments, under the handle as written."""
    found: dict[UUID, list[Mentionable]] = defaultdict(list)
    for mention in rows(actor, Mention).filter(comment_id__in=list(comment_ids)).order_by("id"):
        found[mention.comment_id].append(meant(mention))
    return {comment: tuple(named) for comment, named in found.items()}


def meant(mention: Mention) -> Mentionable:
    """Whom a mention names, under the handle as written."""
    if mention.person_id is not None:
        return Mentionable("person", mention.person_id, mention.handle)
    assert mention.team_id is not None
    return Mentionable("team", mention.team_id, mention.handle)


def find_mentionable(actor: Actor, text: str, *, limit: int) -> list[tuple[str, Mentionable]]:
    """The first who answer to a beginning, each with the nicest handle; a word of the name may begin so too."""
    wanted = fold(text)
    everybody = list_mentionable(actor)
    directory = Directory(everybody)
    found = [(match, fold(one.name), one) for one in everybody if (match := _answers(one, wanted)) is not None]
    found.sort(key=lambda each: (each[0], each[1], each[2].id))
    return [(directory.handle_of(one), one) for _, _, one in found[:limit]]


def _answers(one: Mentionable, wanted: str) -> int | None:
    """How well a beginning fits: 0 the whole name, key or address, 1 a word of the name; None not at all."""
    name = fold(one.name)
    if any(text.startswith(wanted) for text in (name, name.replace(" ", "-"), fold(one.key), fold(one.email)) if text):
        return 0
    return 1 if any(word.startswith(wanted) for word in name.split()) else None


def my_watch_preference(actor: Actor) -> WatchPreference:
    """What the actor watches without asking; all of it, unless they said otherwise."""
    mine = [actor.person_id] if actor.person_id else []
    said = watch_preferences(actor, mine)
    return said.get(mine[0], WatchPreference()) if mine else WatchPreference()


_UNHELD = """
select f.id from collab_storedfile f
where f.workspace_id = %(workspace)s and f.purged_at is null
  and not exists (select from collab_attachment a where a.workspace_id = f.workspace_id and a.file_id = f.id)
  and case when exists (select from scoped.attachment_version v where v.file_id = f.id)
    then not exists (select from scoped.attachment_version v
      where v.file_id = f.id and coalesce(v.closed_recorded_at, v.voided_at, now()) >= %(deleted_before)s)
    else f.created_at < %(made_before)s end
"""


def unheld_files(actor: Actor, *, deleted_before: datetime, made_before: datetime) -> list[UUID]:
    """Files that no record has held since ``deleted_before``, or that none ever held and that are older than
    ``made_before``."""
    given = {"workspace": actor.workspace_id, "deleted_before": deleted_before, "made_before": made_before}
    return [row[0] for row in fetch(_UNHELD, given)]


def purged_files(actor: Actor, *, since: datetime) -> set[UUID]:
    """Files that were purged since then."""
    return set(rows(actor, StoredFile).filter(purged_at__gte=since).values_list("id", flat=True))


def kept_files(actor: Actor) -> set[UUID]:
    """Files whose bytes should be in the store."""
    return set(rows(actor, StoredFile).filter(purged_at=None).values_list("id", flat=True))


def list_workspace_ids() -> list[UUID]:
    """Every workspace, for work that runs by the clock. Needs none to be set."""
    return [row[0] for row in fetch("select id from list_workspaces()", {})]
