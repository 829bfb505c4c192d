"""What came of an import, in numbers, and which rows were rejected and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out. ``row`` is the spreadsheet's number, ``key`` the item's name as written."""

    part: str
    row: int
    key: str
    problem: str


@dataclass(frozen=True, slots=True)
class Report:
    """An import that was applied; without ``batch_id`` it was only tried, or there was nothing to write.

    ``review`` counts items with a mark; ``ambiguous`` rows wait for a person's word; ``adopted`` items were here under
    another name; ``conflicts`` counts those where the file and somebody here changed the same field, ``kept`` those
    where somebody here changed what the file did not. ``made`` counts the configuration that was created, by kind.
    ``records`` counts what is new of other domains' records (comments …), by kind.
    ``locked_s``: seconds during which the apply held locks that could keep other writers waiting.
    """

    batch_id: UUID | None
    created: int
    updated: int
    unchanged: int
    review: int
    relations: int
    dependencies: int
    history: int
    history_known: int
    made: Mapping[str, int]
    rejected_count: int
    rejected: tuple[Rejection, ...]
    ambiguous: int = 0
    adopted: int = 0
    conflicts: int = 0
    kept: int = 0
    records: Mapping[str, int] = field(default_factory=dict)
    staging_s: float = 0.0
    apply_s: float = 0.0
    locked_s: float = 0.0

    @property
    def changes_something(self) -> bool:
        """Whether there is anything to write."""
        return bool(
            self.created
            or self.updated
            or self.relations
            or self.dependencies
            or self.made
            or any(self.records.values())
        )
