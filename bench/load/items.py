"""Items with their texts, estimates, dimensions and dependencies, and what was changed in eighteen months."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from bench.load.configuration import CHOICES, FIELDS, Ids
from bench.load.shape import MONTHS, Shape, month_start
from bench.load.texts import Writer
from trimtab.core import ledger, scope
from trimtab.core.ids import new_id
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.rules import rank_of

BATCH = 5_000
EARLY_SHARE = 0.6
"""Of the work items, how many are there in the first month already."""

_ITEMS = """
insert into roadmap_item (id, workspace_id, version, created_at, updated_at, number, key, title, level_id, area_id,
  parent_id, phase_id, owner_id, team_id, release_id, start_on, start_precision, end_on, end_precision, health, horizon,
  benefit, rank, tags, custom)
select r.id, %(workspace)s, 1, now(), now(), r.number, r.key, r.title, r.level_id, r.area_id, r.parent_id, r.phase_id,
  r.owner_id, r.team_id, r.release_id, r.start_on, r.start_precision, r.end_on, r.end_precision, r.health, r.horizon,
  r.benefit, r.rank, r.tags, r.custom
from jsonb_to_recordset(%(rows)s) r (id uuid, number int, key text, title text, level_id uuid, area_id uuid,
  parent_id uuid, phase_id uuid, owner_id uuid, team_id uuid, release_id uuid, start_on date, start_precision text,
  end_on date, end_precision text, health text, horizon text, benefit numeric, rank text, tags varchar[], custom jsonb)
"""
_TEXTS = """
insert into roadmap_itemtext (id, workspace_id, version, created_at, updated_at, body)
select r.id, %(workspace)s, 1, now(), now(), r.body from jsonb_to_recordset(%(rows)s) r (id uuid, body text)
"""
_VALUES = """
insert into roadmap_itemvalue (id, workspace_id, version, created_at, updated_at, item_id, dimension_id, value_id)
select r.id, %(workspace)s, 1, now(), now(), r.item_id, r.dimension_id, r.value_id
from jsonb_to_recordset(%(rows)s) r (id uuid, item_id uuid, dimension_id uuid, value_id uuid)
"""
_ESTIMATES = """
insert into roadmap_estimate (id, workspace_id, version, created_at, updated_at, item_id, team_id, low, likely, high)
select r.id, %(workspace)s, 1, now(), now(), r.item_id, r.team_id, r.likely * 0.7, r.likely, r.likely * 1.6
from jsonb_to_recordset(%(rows)s) r (id uuid, item_id uuid, team_id uuid, likely numeric)
"""
_DEPENDENCIES = """
insert into roadmap_dependency
  (id, workspace_id, version, created_at, updated_at, from_item_id, to_item_id, type, lag_days, needed_by, state)
select r.id, %(workspace)s, 1, now(), now(), r.from_item_id, r.to_item_id, 'FS', 0, null, r.state
from jsonb_to_recordset(%(rows)s) r (id uuid, from_item_id uuid, to_item_id uuid, state text)
"""
# Every step touches another part of the items; {step} runs through all steps of the history.
_CHOSEN = "(number * 7919 + %(step)s * 104729) %% %(every)s = 0 and updated_at < %(at)s"
_UPDATES = (
    "phase_id = (%(phases)s::uuid[])[1 + (number * 31 + %(step)s) %% cardinality(%(phases)s::uuid[])]",
    "end_on = end_on + 14, end_precision = case when end_on is not null then 'day' end",
    "owner_id = (%(people)s::uuid[])[1 + (number * 17 + %(step)s) %% cardinality(%(people)s::uuid[])]",
    "health = (array['on_track', 'at_risk', 'off_track'])[1 + (number + %(step)s) %% 3], "
    "health_note = 'Week ' || %(step)s",
    "custom = custom || jsonb_build_object(%(field)s::text, (number * 13 + %(step)s) %% 1000)",
    "benefit = (number * 3 + %(step)s * 7) %% 500, progress = (number + %(step)s * 5) %% 101",
)


class Loader:
    """Loads one workspace, month by month, every write under a change set of its time."""

    def __init__(self, shape: Shape, ids: Ids, now: datetime, seed: int) -> None:
        self.shape, self.ids, self.now = shape, ids, now
        self.draw, self.writer = random.Random(seed), Writer(seed)
        self.made: dict[str, list[UUID]] = {level: [] for level in shape.per_level}
        self.number = 0

    def load(self) -> Iterator[str]:
        """Load everything; tells what was done after each part."""
        with scope.workspace(self.ids.actor.workspace_id):
            self.number = roadmap.reserve_numbers(self.ids.actor, self.shape.items) - 1
        counts = self.shape.per_level
        for level in ("bet", "initiative", "feature"):
            self._items(level, counts[level], month_start(self.now, 0))
        yield "planned items"
        early = int(counts["work_item"] * EARLY_SHARE)
        self._items("work_item", early, month_start(self.now, 0) + timedelta(hours=1))
        self._dependencies(month_start(self.now, 0) + timedelta(hours=2))
        yield "first work items, dependencies"
        late = counts["work_item"] - early
        steps = self._steps()
        for month in range(MONTHS):
            self._items(
                "work_item",
                late * (month + 1) // MONTHS - late * month // MONTHS,
                month_start(self.now, month) + timedelta(days=1),
            )
            for place, (step, every) in enumerate(steps[month]):
                self._update(
                    step, every, month_start(self.now, month) + timedelta(days=2 + 27 * place / len(steps[month]))
                )
            yield f"month {month + 1} of {MONTHS}"

    def _steps(self) -> list[list[tuple[int, int]]]:
        """Six updates a month, each of one item in so many that the changes come out at least at their number."""
        needed = self.shape.changes - self._created()
        existing = self.shape.items * (EARLY_SHARE + (1 - EARLY_SHARE) / 2)
        every = max(int(existing * MONTHS * len(_UPDATES) / needed * 0.97), 2)
        return [[(month * len(_UPDATES) + kind, every) for kind in range(len(_UPDATES))] for month in range(MONTHS)]

    def _created(self) -> int:
        """Changes that creating takes: item, text, two dimensions' values, an estimate for every second one."""
        return int(self.shape.items * 4.5) + self.shape.dependencies

    @contextmanager
    def _writing(self, at: datetime) -> Iterator[None]:
        workspace = self.ids.actor.workspace_id
        with (
            scope.workspace(workspace),
            ledger.change_set(self.ids.actor, at=at),
            connection.cursor() as cursor,
        ):
            cursor.execute("select set_config('trimtab.rollup', '{}', true)")
            yield
            cursor.execute("select roadmap_rollup_flush(%s)", [workspace])

    def _insert(self, sql: str, rows: Sequence[dict[str, Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"workspace": self.ids.actor.workspace_id, "rows": orjson.dumps(rows).decode()})

    def _items(self, level: str, count: int, at: datetime) -> None:
        while count > 0:
            part = min(count, BATCH)
            rows = [self._item(level, at.date()) for _ in range(part)]
            with self._writing(at):
                self._insert(_ITEMS, rows)
                self._insert(_TEXTS, [{"id": row["id"], "body": self.writer.text(row["number"])} for row in rows])
                self._insert(_VALUES, [value for row in rows for value in self._values(row["id"])])
                self._insert(_ESTIMATES, [self._estimate(row) for row in rows if row["number"] % 2])
            self.made[level] += [row["id"] for row in rows]
            count -= part

    def _item(self, level: str, today: date) -> dict[str, Any]:
        draw, ids = self.draw, self.ids
        self.number += 1
        above = {"bet": None, "initiative": "bet", "feature": "initiative", "work_item": "feature"}[level]
        start = today + timedelta(days=draw.randint(-30, 300))
        precision = draw.choice(("day", "month", "quarter")) if level != "work_item" else "day"
        dated = draw.random() < 0.8
        return {
            "id": new_id(),
            "number": self.number,
            "key": f"B-{self.number}",
            "title": self.writer.title(self.number),
            "level_id": ids.levels[level],
            "area_id": draw.choice(ids.areas),
            "parent_id": draw.choice(self.made[above]) if above else None,
            "phase_id": draw.choice(ids.phases),
            "owner_id": draw.choice(ids.people),
            "team_id": draw.choice(ids.teams),
            "release_id": draw.choice(ids.releases) if draw.random() < 0.3 else None,
            "start_on": start.replace(day=1) if dated else None,
            "start_precision": precision if dated else None,
            "end_on": start + timedelta(days=draw.randint(31, 200)) if dated else None,
            "end_precision": precision if dated else None,
            "health": draw.choice(("on_track", "at_risk", "off_track", None)),
            "horizon": draw.choice(("now", "next", "later", None)),
            "benefit": draw.randint(0, 500) if draw.random() < 0.6 else None,
            "rank": rank_of(self.number),
            "tags": draw.sample(("alpha", "beta", "gamma", "delta", "omega"), draw.randint(0, 2)),
            "custom": self._custom(today),
        }

    def _custom(self, today: date) -> dict[str, Any]:
        draw, values = self.draw, {}
        for key, kind in FIELDS:
            if draw.random() < 0.1:
                continue  # missing, as in life
            values[str(self.ids.fields[key])] = {
                "number": lambda: draw.randint(0, 1000),
                "choice": lambda: draw.choice(CHOICES)["key"],
                "choices": lambda: [choice["key"] for choice in draw.sample(CHOICES, 2)],
                "date": lambda: str(today + timedelta(days=draw.randint(-200, 400))),
                "bool": lambda: draw.random() < 0.5,
                "text": lambda: " ".join(draw.sample(self.writer.words, 2)),
            }[kind]()
        return values

    def _values(self, item: UUID) -> Iterator[dict[str, Any]]:
        for key in ("theme", "market"):
            dimension, value = self.draw.choice(self.ids.values[key])
            yield {"id": new_id(), "item_id": item, "dimension_id": dimension, "value_id": value}

    def _estimate(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"id": new_id(), "item_id": row["id"], "team_id": row["team_id"], "likely": self.draw.randint(1, 40)}

    def _dependencies(self, at: datetime) -> None:
        """From earlier made items to later made ones, so that none waits for itself."""
        items = self.made["feature"] + self.made["work_item"]
        pairs: dict[tuple[UUID, UUID], None] = {}
        while len(pairs) < self.shape.dependencies:
            place = self.draw.randrange(len(items) - 1)
            to = min(place + self.draw.randint(1, 400), len(items) - 1)
            pairs[items[place], items[to]] = None
        rows = [
            {
                "id": new_id(),
                "from_item_id": source,
                "to_item_id": target,
                "state": self.draw.choice(("asked", "agreed", "agreed")),
            }
            for source, target in pairs
        ]
        with self._writing(at):
            self._insert(_DEPENDENCIES, rows)

    def _update(self, step: int, every: int, at: datetime) -> None:
        values = {
            "step": step,
            "every": every,
            "at": at,
            "workspace": self.ids.actor.workspace_id,
            "phases": self.ids.phases,
            "people": self.ids.people,
            "field": str(self.ids.fields[FIELDS[step % 6][0]]),
        }
        sql = (
            f"update roadmap_item set {_UPDATES[step % len(_UPDATES)]} where workspace_id = %(workspace)s and {_CHOSEN}"
        )
        with self._writing(at), connection.cursor() as cursor:
            cursor.execute(sql, values)
