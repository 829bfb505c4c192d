"""Names for the ids in a history, so that people can read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db import connection

from trimtab.core.ledger import HistoryLine

_POINTS_AT: Final[Mapping[str, str]] = {
    "area_id": "area",
    "author_id": "person",
    "dimension_id": "dimension",
    "field_id": "custom_field",
    "from_item_id": "item",
    "decided_by_id": "person",
    "increment_id": "increment",
    "item_id": "item",
    "launch_id": "launch",
    "level_id": "level",
    "owner_id": "person",
    "person_id": "person",
    "phase_id": "phase",
    "release_id": "release",
    "resolved_by_id": "person",
    "team_id": "team",
    "to_item_id": "item",
    "track_id": "track",
    "value_id": "dimension_value",
}
_NAMED_BY: Final[Mapping[str, str]] = {
    "item": "(select w.prefix from scoped.workspace w) || '-' || number || ' ' || title",
}


def _entity_of(entity: str, field: str) -> str | None:
    """What kind of record a field points at; ``parent_id`` points at its own kind."""
    return entity if field == "parent_id" else _POINTS_AT.get(field)


def labels_of(lines: Iterable[HistoryLine]) -> dict[str, str]:
    """Id → name for every record that the lines point at, under the name it has now, or had last; ref and title for
    an item."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for line in lines:
        values = [(field, value) for field, pair in line.fields.items() for value in pair] + [*line.told.items()]
        for field, value in values:
            kind = _entity_of(line.entity, field)
            if kind is not None and value is not None:
                wanted[kind].add(UUID(str(value)))
    return _names(wanted)


def _names(wanted: Mapping[str, set[UUID]]) -> dict[str, str]:
    if not wanted:
        return {}
    statement = " union all ".join(
        f"(select distinct on (id) id::text, {_NAMED_BY.get(kind, 'name')} from scoped.{kind}_version"  # noqa: S608 - our own names
        " where id = any(%s) order by id, lower(during) desc)"
        for kind in wanted
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids) for ids in wanted.values()])
        return dict(cursor.fetchall())
