"""What a query must know of its workspace before it can be compiled: one small read, of definitions only if named."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from trimtab.core.actors import Actor
from trimtab.core.errors import NotFound
from trimtab.core.fields.spec import FieldSpec, Source
from trimtab.core.query.database import fetch


@dataclass(frozen=True, slots=True)
class Config:
    """The workspace's time zone, the prefix of its numbers, and all fields of the source that the query may name."""

    zone: ZoneInfo
    prefix: str
    fields: dict[str, FieldSpec]


def read(actor: Actor, source: Source, names: Iterable[str] | None) -> Config:
    """Read it. ``names`` are those that the query mentions; None asks for every field.

    Nothing is kept between requests: a definition counts from the transaction that made it on.
    """
    own = source.fields
    providers = source.providers if names is None or any(name not in own for name in names) else ()
    selects = "".join(f", ({provider.sql})" for provider in providers)
    rows = fetch(
        f"select timezone, prefix{selects} from core_workspace where id = %(workspace)s",
        {"workspace": actor.workspace_id},
    )
    if not rows:
        raise NotFound("There is no such workspace.")
    zone, prefix, *definitions = rows[0]
    fields = {}
    for provider, found in zip(providers, definitions, strict=True):
        fields.update({spec.name: spec for spec in provider.build(found)})
    return Config(ZoneInfo(zone), prefix, {**own, **_with_long_names(fields), **own})


def _with_long_names(fields: dict[str, FieldSpec]) -> dict[str, FieldSpec]:
    """Custom fields also as ``custom.<key>``, for a key that a built-in field has too."""
    return fields | {f"custom.{name}": spec for name, spec in fields.items() if spec.custom}
