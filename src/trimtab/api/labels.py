"""Names for the ids in a history, so that people can read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db import connection

from trimtab.core.ledger import HistoryLine

_POINTS_AT: Final[Mapping[str, str]] = {
    "area_id": "area",
    "dimension_id": "dimension",
    "field_id": "custom_field",
    "from_item_id": "item",
    "item_id": "item",
    "level_id": "level",
    "owner_id": "person",
    "person_id": "person",
    "phase_id": "phase",
    "release_id": "release",
    "team_id": "team",
    "to_item_id": "item",
    "track_id": "track",
    "value_id": "dimension_value",
}
_NAMED_BY: Final[Mapping[str, str]] = {"item": "title"}


def _entity_of(entity: str, field: str) -> str | None:
    """What kind of record a field points at; ``parent_id`` points at its own kind."""
    return entity if field == "parent_id" else _POINTS_AT.get(field)


def labels_of(entity: str, lines: Iterable[HistoryLine]) -> dict[str, str]:
    """Id → name for every record that the lines point at, under the name it has now, or had last."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for line in lines:
        for field, values in line.fields.items():
            kind = _entity_of(entity, field)
            if kind is not None:
                wanted[kind] |= {UUID(str(value)) for value in values if value is not None}
    return {str(record): name for kind, ids in wanted.items() for record, name in _names(kind, ids)}


def _names(kind: str, ids: set[UUID]) -> list[tuple[UUID, str]]:
    if not ids:
        return []
    name = _NAMED_BY.get(kind, "name")
    with connection.cursor() as cursor:
        cursor.execute(
            f"select distinct on (id) id, {name} from scoped.{kind}_version"  # noqa: S608 - our own names
            " where id = any(%s) order by id, lower(during) desc",
            [list(ids)],
        )
        return list(cursor.fetchall())
