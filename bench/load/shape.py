"""How large the measured workspaces are, and what lies in them."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONTHS = 18
EMAIL, PASSWORD = "bench@example.com", "long-enough-for-a-bench"
SCALE = float(os.environ.get("TRIMTAB_BENCH_SCALE", "1"))
"""For development: a part of the size. The targets speak of 1."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``items`` on four levels; ``changes`` in all, of which the updates are those not needed to create things."""

    slug: str
    items: int
    dependencies: int
    changes: int

    @property
    def per_level(self) -> dict[str, int]:
        """Few bets, many work items; something on each level however small the whole."""
        bets, initiatives, features = (max(self.items // share, 1) for share in (250, 50, 8))
        below = self.items - bets - initiatives - features
        return {"bet": bets, "initiative": initiatives, "feature": features, "work_item": below}


def _scaled(slug: str, items: int, dependencies: int, changes: int) -> Shape:
    return Shape(slug, int(items * SCALE), int(dependencies * SCALE), int(changes * SCALE))


SHAPES = (
    _scaled("large", 100_000, 40_000, 1_000_000),
    _scaled("small", 10_000, 4_000, 100_000),
    _scaled("neighbour", 10_000, 4_000, 100_000),
)


def month_start(now: datetime, month: int) -> datetime:
    """When month 0 … 17 of the history began; the last one ends a day before ``now``."""
    return (now - timedelta(days=1)).astimezone(UTC) - timedelta(days=30.4 * (MONTHS - month))
