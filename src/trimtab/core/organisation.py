"""How work is organised, by teams and areas, and how that changes: what each of them holds, and what it became.

A reorganisation writes down what a team or an area became (``Succession``): of all that it held, or of one record.
With that the past can be read as it was organised then, or by today's teams and areas.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("team", "area")


@dataclass(frozen=True, slots=True)
class Holding:
    """What a team or an area holds: ``table.column`` has its id.

    ``by`` is the column by which a row is assigned: several kinds may follow the same item. ``title`` is SQL over the
    row ``r``. ``once`` names the other columns of a unique key: where the new place has such a row already, ``adds``
    are added up in it, and the row goes. ``told`` rows are written down one by one where they do not go with the rest.
    """

    kind: str
    key: str
    label: str
    table: str
    column: str
    title: str
    by: str = "id"
    once: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    told: bool = False


_holdings: dict[tuple[str, str], Holding] = {}


def register(*holdings: Holding) -> None:
    """Make known what teams and areas hold. Called when a domain's app is ready."""
    _holdings.update(((each.kind, each.key), each) for each in holdings)


def held_by(kind: str) -> Iterable[Holding]:
    """What a team, or an area, can hold."""
    return tuple(each for each in _holdings.values() if each.kind == kind)
