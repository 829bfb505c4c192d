"""Which records belong to another, so that its history tells of them too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of record that belongs to another one.

    ``by`` names its columns that hold the other's id: any of them makes it belong. ``told_by`` names those that say
    which part it is (the team of an estimate); a line that changes another field carries them along.
    """

    entity: str
    by: tuple[str, ...]
    told_by: tuple[str, ...] = ()


_parts: dict[str, tuple[Part, ...]] = {}


def belongs(entity: str, *parts: Part) -> None:
    """Say what belongs to the records of ``entity``, beside what others said. Called when a domain's app is ready."""
    _parts[entity] = tuple(dict.fromkeys((*_parts.get(entity, ()), *parts)))


def records_sql(entity: str) -> str:
    """A select of (entity, id, told): the record ``%(record)s`` of ``%(entity)s``, and what belongs or belonged to it.

    Parts are found in their versions, which outlive them; they need an index on each column in ``by``.
    """
    own = "select %(entity)s::text as entity, %(record)s::uuid as id, '{}'::jsonb as told"
    return " union all ".join([own, *map(_part_sql, _parts.get(entity, ()))])


def _part_sql(part: Part) -> str:
    if part.by == ("id",):
        return f"select '{part.entity}', %(record)s::uuid, '{{}}'::jsonb"
    held = " or ".join(f"{column} = %(record)s" for column in part.by)
    told = ", ".join(f"'{column}', {column}" for column in part.told_by)
    return (
        f"(select distinct on (id) '{part.entity}', id, jsonb_build_object({told})"  # noqa: S608 - our own names
        f" from scoped.{part.entity}_version where {held} order by id, lower(during) desc)"
    )
