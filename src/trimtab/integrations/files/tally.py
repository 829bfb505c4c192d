"""What a file adds up to, and what the same rows add up to here. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trimtab.integrations.files.plan import Current
from trimtab.integrations.files.rows import Draft

NUMBERS = ("benefit", "progress")
GROUPS = ("level_id", "area_id", "phase_id", "team_id", "owner_id", "release_id", "health", "horizon")


@dataclass(slots=True)
class Sum:
    """A number field on both sides: totals, and how many rows have a value at all."""

    file: Decimal = Decimal(0)
    here: Decimal = Decimal(0)
    file_count: int = 0
    here_count: int = 0

    def add(self, mine: Any, theirs: Any) -> None:
        """Count one row; None and blank are missing."""
        if mine not in (None, ""):
            self.file, self.file_count = self.file + Decimal(str(mine)), self.file_count + 1
        if theirs not in (None, ""):
            self.here, self.here_count = self.here + Decimal(str(theirs)), self.here_count + 1


@dataclass(slots=True)
class Tally:
    """Rows, sums by number field and counts by value: ``[file, here]``. ``customs`` are the ids of number fields."""

    customs: Collection[str] = ()
    rows: list[int] = field(default_factory=lambda: [0, 0])
    sums: dict[str, Sum] = field(default_factory=dict)
    groups: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def add(self, draft: Draft, current: Current | None) -> None:
        """Count a row of the file, and the item that it is here, if any. Fields that the recipe leaves alone do not."""
        self.rows[0] += 1
        self.rows[1] += current is not None
        item: Mapping[str, Any] = current.item if current is not None else {}
        for column in NUMBERS:
            if column in draft.item:
                self._sum(column, draft.item[column], item.get(column))
        if "effort" in draft.extra:
            self._sum("effort", draft.extra["effort"], current.effort if current is not None else None)
        for key in self.customs:
            if key in draft.custom:
                self._sum(f"custom.{key}", draft.custom[key], (item.get("custom") or {}).get(key))
        for column in GROUPS:
            if column in draft.item:
                counts = self.groups.setdefault(column, {})
                counts.setdefault(draft.item[column] or "", [0, 0])[0] += 1
                if current is not None:
                    counts.setdefault(item.get(column) or "", [0, 0])[1] += 1

    def _sum(self, field_name: str, mine: Any, theirs: Any) -> None:
        self.sums.setdefault(field_name, Sum()).add(mine, theirs)

    def as_json(self) -> dict[str, Any]:
        """For an operation's result: numbers as texts, so that none loses a digit."""
        return {
            "rows": self.rows,
            "sums": {
                name: {
                    "file": str(one.file), "here": str(one.here), "counts": [one.file_count, one.here_count],
                }
                for name, one in self.sums.items()
            },
            "groups": self.groups,
        }  # fmt: skip
