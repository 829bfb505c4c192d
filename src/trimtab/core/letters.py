"""Letters to people. A domain writes one; whoever has the way out delivers it."""

from collections.abc import Callable
from dataclasses import dataclass

from trimtab.core.actors import Actor, Clock


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address, in plain text; a line that is an address becomes a link."""

    to: str
    subject: str
    text: str


Deliver = Callable[[Actor, Clock, Letter], bool]
_ways: list[Deliver] = []


def deliver_with(way: Deliver) -> None:
    """Let ``way`` take letters; it says whether this one goes out. Registered once, by the domain that sends mail."""
    _ways[:] = [way]


def send(actor: Actor, clock: Clock, letter: Letter) -> bool:
    """Hand a letter on, with the open transaction; False where no mail is set up and it goes nowhere."""
    return bool(_ways) and _ways[0](actor, clock, letter)
