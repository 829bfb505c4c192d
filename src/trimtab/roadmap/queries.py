"""Scoped reads of the roadmap. Everything absent, in another workspace or hidden is NotFound alike."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Q

from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import NotFound
from trimtab.core.models import Counter, CustomField, CustomLink, ExternalKey, Record, ScopedQuerySet, Workspace
from trimtab.core.query.lens import everything
from trimtab.core.statements import fetch_prepared, find_locked
from trimtab.roadmap.models import Item, Level, Phase, Track

M = TypeVar("M", bound=models.Model)
_TAKE_NUMBERS = """
insert into core_counter as c (workspace_id, name, value) values (%s, 'item', %s)
on conflict (workspace_id, name) do update set value = c.value + excluded.value returning value
"""
_FIRST_PHASE = """
select p.id from roadmap_phase p join roadmap_track t on t.workspace_id = p.workspace_id and t.id = p.track_id
where p.workspace_id = %s and t."primary" and p.category = %s order by p.position, p.id limit 1
"""


def rows(actor: Actor, model: type[M]) -> ScopedQuerySet:
    """The rows of ``model`` in the actor's workspace. Raises Forbidden."""
    actor.require(Permission.VIEW)
    found: ScopedQuerySet = model.objects.in_workspace(actor.workspace_id)  # type: ignore[attr-defined]
    return found


def seen(actor: Actor, model: type[M], entity: str) -> list[M]:
    """All records of ``entity`` as the actor's lens sees them, in no order. Raises Forbidden."""
    return list(rows(actor, model).raw(*everything(entity, actor.lens)))


def one(actor: Actor, model: type[M], record_id: UUID, *, lock: bool = False) -> M:
    """The record of this id in the actor's workspace, row-locked if ``lock``. Raises NotFound, Forbidden."""
    found = rows(actor, model)
    record: M | None = (found.select_for_update() if lock else found).filter(id=record_id).first()
    if record is None:
        raise NotFound(f"There is no such {model._meta.verbose_name}.")
    return record


def get_item(actor: Actor, item_id: UUID, *, lock: bool = False) -> Item:
    """An item the actor can see, as it is today. Raises NotFound, Forbidden."""
    return one(actor, Item, item_id, lock=lock)


def lock_item(actor: Actor, item_id: UUID) -> Item:
    """An item the actor can see, locked against change. Raises NotFound, Forbidden."""
    actor.require(Permission.VIEW)
    item = find_locked(Item, item_id)
    if item is None:
        raise NotFound("There is no such item.")
    return item


def find_by_key(actor: Actor, source: str, keys: Iterable[str], entity: str = "item") -> dict[str, UUID]:
    """Ids by the names that records have elsewhere; unknown names are absent."""
    known = rows(actor, ExternalKey).filter(source=source, entity=entity, key__in=list(keys))
    return dict(known.values_list("key", "record_id"))


def level_ranks(actor: Actor) -> dict[UUID, int]:
    """How high each level ranks."""
    return dict(rows(actor, Level).values_list("id", "rank"))


def custom_fields(actor: Actor, entity: str = "item") -> dict[str, CustomField]:
    """The fields that the workspace adds to ``entity``, by key."""
    return {field.key: field for field in rows(actor, CustomField).filter(entity=entity)}


def benefit_unit(actor: Actor) -> str:
    """What the workspace measures benefit in."""
    unit: str = rows(actor, Workspace).values_list("benefit_unit", flat=True).get()
    return unit


def primary_phases(actor: Actor) -> dict[UUID, Phase]:
    """The phases of the primary track, by id."""
    tracks = rows(actor, Track).filter(primary=True).values("id")
    return {phase.id: phase for phase in rows(actor, Phase).filter(track_id__in=tracks)}


def first_phase(actor: Actor, category: str) -> UUID | None:
    """The phase of this category that comes first in the primary track."""
    found = fetch_prepared(_FIRST_PHASE, [actor.workspace_id, category])
    return found[0][0] if found else None


def ids_below(actor: Actor, item_id: UUID) -> list[UUID]:
    """The items under one, deepest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive below as ("
            " select id, 1 as depth from roadmap_item where workspace_id = %(ws)s and parent_id = %(id)s"
            " union all select i.id, b.depth + 1 from below b"
            " join roadmap_item i on i.workspace_id = %(ws)s and i.parent_id = b.id)"
            " select id from below order by depth desc, id",
            {"ws": actor.workspace_id, "id": item_id},
        )
        return [row[0] for row in cursor.fetchall()]


def take_numbers(actor: Actor, count: int) -> int:
    """Reserve ``count`` consecutive item numbers; gives the first. Waits for others who are taking some."""
    ((last,),) = fetch_prepared(_TAKE_NUMBERS, [actor.workspace_id, count])
    return int(last) - count + 1


def last_number(actor: Actor) -> int:
    """The highest item number that was given out; 0 where none was."""
    taken = rows(actor, Counter).filter(name="item").values_list("value", flat=True).first()
    return taken or 0


def counts_of(actor: Actor, uses: Mapping[str, tuple[type[Record], str]], record_id: UUID) -> dict[str, int]:
    """How many records point at one, by what they are; ``uses`` names (model, column). Zeros are left out."""
    found = {name: rows(actor, model).filter(**{column: record_id}).count() for name, (model, column) in uses.items()}
    return {name: count for name, count in found.items() if count}


def links_of(actor: Actor, item_id: UUID) -> list[CustomLink]:
    """The values of an item's custom fields that point at people, teams and items."""
    return list(rows(actor, CustomLink).filter(entity="item", record_id=item_id).order_by("position", "id"))


def find_neighbour(actor: Actor, item: Item, *, behind: bool, but: UUID) -> Item | None:
    """The item right behind (or in front of) ``item`` in the order of all, passing over ``but``."""
    found = list_behind(actor, item, but=but, limit=1) if behind else _list_in_front(actor, item, but)
    return found[0] if found else None


def list_behind(actor: Actor, item: Item, *, but: UUID, limit: int) -> list[Item]:
    """The items that follow ``item``, in order, passing over ``but``."""
    following = Q(rank__gt=item.rank) | Q(rank=item.rank, id__gt=item.id)
    return list(rows(actor, Item).filter(following).exclude(id=but).order_by("rank", "id")[:limit])


def _list_in_front(actor: Actor, item: Item, but: UUID) -> list[Item]:
    leading = Q(rank__lt=item.rank) | Q(rank=item.rank, id__lt=item.id)
    return list(rows(actor, Item).filter(leading).exclude(id=but).order_by("-rank", "-id")[:1])


def count_custom_values(actor: Actor, field_id: UUID) -> dict[str, int]:
    """How many items have a value of the workspace's own field; empty where none has."""
    count = rows(actor, Item).filter(custom__has_key=str(field_id)).count()
    return {"items": count} if count else {}


def find_items_by_key(actor: Actor, keys: Iterable[str]) -> dict[str, UUID]:
    """Ids by the items' own ``key``; unknown ones are absent."""
    return dict(rows(actor, Item).filter(key__in=list(keys)).values_list("key", "id"))


def find_items_by_number(actor: Actor, numbers: Iterable[int]) -> dict[int, UUID]:
    """Ids by number; unknown ones are absent."""
    return dict(rows(actor, Item).filter(number__in=list(numbers)).values_list("number", "id"))


def items_of_estimates(estimate_ids: Collection[UUID]) -> list[UUID]:
    """The items that these estimates, of today or the past, belong to."""
    return _ids("select distinct item_id from scoped.estimate_version where id = any(%s)", estimate_ids)


def items_ever_in(phase_ids: Collection[UUID]) -> list[UUID]:
    """The items that were ever in one of these phases."""
    return _ids("select distinct id from scoped.item_version where phase_id = any(%s)", phase_ids)


def first_recorded(actor: Actor, entity: str, record_id: UUID) -> datetime:
    """When the database learned of a record, whatever it says of when that was true. Raises Forbidden, NotFound."""
    actor.require(Permission.VIEW)
    with connection.cursor() as cursor:
        cursor.execute(f"select min(recorded_at) from scoped.{entity}_version where id = %s", [record_id])  # noqa: S608 - our own names
        (found,) = cursor.fetchone()
    if found is None:
        raise NotFound("There is no such record.")
    at: datetime = found
    return at


def _ids(statement: str, ids: Collection[UUID]) -> list[UUID]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        return [row[0] for row in cursor.fetchall()]
