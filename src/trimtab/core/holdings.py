"""What a person can hold, so that somebody who leaves can hand all of it over. Domains say what they keep."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holding:
    """A kind of thing that has a person: ``table.column`` holds the person's id.

    ``title`` is SQL over the row ``r`` for what people call one. ``where`` is SQL over ``r`` for those that count.
    ``once`` names the other columns of a unique key that the person is part of: where whoever takes over stands there
    already, the leaver's row goes instead. ``ends``: SQL assignments over ``r`` that end it, with ``%(today)s``; it is
    handed to nobody.
    """

    key: str
    label: str
    entity: str
    table: str
    column: str
    title: str
    where: str = "true"
    once: tuple[str, ...] = ()
    ends: str = ""


_holdings: dict[str, Holding] = {}


def register(*holdings: Holding) -> None:
    """Make kinds known. Called when a domain's app is ready."""
    _holdings.update((holding.key, holding) for holding in holdings)


def known() -> Iterable[Holding]:
    """Every kind, in the order in which the domains came."""
    return tuple(_holdings.values())
