"""A small portfolio of random items with a past, and the same as plain Python values, for tests of the query engine."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from trimtab.accounts.models import Person, Team
from trimtab.core import ledger
from trimtab.core.actors import Actor, Clock
from trimtab.core.ids import new_id
from trimtab.core.models import CustomField, CustomLink
from trimtab.roadmap.models import Area, Dimension, DimensionValue, Item, ItemText, ItemValue, Level, Phase, Release
from trimtab.roadmap.tests.factories import inside, make_workspace

WORDS = ["zebra", "orchid", "marble", "copper", "walrus", "Zebra", "it's", "100%", "back\\slash", "under_score"]
BEGAN = datetime(2025, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPES = ["text", "number", "date", "bool", "choice", "choices", "person", "people"]
ITEMS = 70
STEPS = 6


@dataclass
class World:
    """``past`` holds, by instant, what every item was then: field name → plain value, references by name."""

    actor: Actor
    names: dict[Any, str] = field(default_factory=dict)
    ids: dict[tuple[str, str], Any] = field(default_factory=dict)
    above: dict[str, dict[str, str | None]] = field(default_factory=dict)
    category: dict[str, str] = field(default_factory=dict)
    items: dict[Any, dict[str, Any]] = field(default_factory=dict)
    past: dict[datetime, dict[Any, dict[str, Any]]] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return Clock(NOW)


class Builder:
    """Writes the world twice: to the database as records, to ``World`` as values."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.world = World(make_workspace(timezone="Europe/Berlin"))
        self.at = BEGAN
        self.rows: dict[Any, Item] = {}

    def build(self) -> World:
        with inside(self.world.actor), ledger.change_set(self.world.actor, at=self.at):
            self._configuration()
        for step in range(STEPS):
            self.at = BEGAN + timedelta(days=50 * step, hours=step)
            with inside(self.world.actor), ledger.change_set(self.world.actor, at=self.at):
                self._step(step)
            self.world.past[self.at] = {key: dict(item) for key, item in self.world.items.items()}
        return self.world

    def _add(self, model: Any, entity: str, label: str, /, **values: Any) -> Any:
        record = ledger.add(model(id=new_id(), workspace_id=self.world.actor.workspace_id, **values))
        self.world.names[record.id] = label
        self.world.ids[entity, label] = record.id
        return record

    def _configuration(self) -> None:
        world = self.world
        for entity, model in (("area", Area), ("team", Team)):
            world.above[entity] = {}
            for at, name in enumerate(["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]):
                above = {2: "Alpha", 3: "Gamma", 4: "Beta"}.get(at)
                more = {"key": f"{entity}-{at}"} if entity == "team" else {"rank": f"m{9 - at}"}
                parent = None if above is None else world.ids[entity, above]
                self._add(model, entity, name, name=name, parent_id=parent, **more)
                world.above[entity][name] = above
        for name in ("Ada", "Bob O'Hara", "Cy"):
            self._add(Person, "person", name, name=name)
        for at, name in enumerate(["v1", "v2"]):
            self._add(Release, "release", name, name=name, key=name, released_on=date(2026, 6 - at, 1))
        for phase in Phase.objects.filter(track__primary=True):
            world.ids["phase", phase.key], world.names[phase.id] = phase.id, phase.key
            world.category[phase.key] = phase.category
        for level in Level.objects.all():
            world.ids["level", level.key], world.names[level.id] = level.id, level.key
        for key, multiple in (("colour", False), ("segment", True)):
            dimension = self._add(Dimension, "dimension", key, key=key, name=key, multiple=multiple)
            for at, value in enumerate(["one", "two", "three"]):
                self._add(DimensionValue, key, value, dimension_id=dimension.id, key=value, name=value, position=at)
        options = [{"key": key, "name": key.upper()} for key in ("a", "b", "c")]
        for kind in TYPES:
            self._add(CustomField, "field", f"c_{kind}", key=f"c_{kind}", name=kind, type=kind, options=options)

    def _step(self, step: int) -> None:
        if step == 0:
            for number in range(1, ITEMS + 1):
                self._item(number)
            return
        for key in self.draw.sample(sorted(self.world.items, key=str), 18):
            self._change(key)
        leaves = [key for key in self.world.items if all(i["parent"] != key for i in self.world.items.values())]
        for key in self.draw.sample(leaves, 2):
            self._delete(key)

    def _maybe(self, values: Any, chance: float = 0.7) -> Any:
        return self.draw.choice(values) if self.draw.random() < chance else None

    def _name(self, entity: str, chance: float = 0.7) -> Any:
        return self._maybe([name for kind, name in self.world.ids if kind == entity], chance)

    def _edge(self, side: int) -> tuple[date | None, str | None]:
        kind = self._maybe(["day", "day", "quarter", "later"], 0.75)
        day = date(2026, 1, 1) + timedelta(days=self.draw.randrange(300))
        if kind == "quarter":
            month = (day.month - 1) // 3 * 3 + 1
            day = (
                date(2026, month, 1) if side == 0 else date(2026 + (month > 9), (month + 2) % 12 + 1, 1) - timedelta(1)
            )
        return (None, kind) if kind in {None, "later"} else (day, kind)

    def _timeframe(self) -> dict[str, Any]:
        start, end = self._edge(0), self._edge(1)
        if start[0] and end[0] and start[0] > end[0]:
            start = (None, None)
        return {"start": start[0], "start.precision": start[1], "end": end[0], "end.precision": end[1]}

    def _values(self) -> dict[str, Any]:
        draw = self.draw
        return {
            "key": self._maybe([f"K-{draw.randrange(40)}"]),
            "title": " ".join(draw.choices(WORDS, k=draw.randint(1, 3))),
            "area": self._name("area"),
            "team": self._name("team"),
            "owner": self._name("person"),
            "release": self._name("release", 0.4),
            "phase": self._name("phase"),
            **self._timeframe(),
            "health": self._maybe(["on_track", "at_risk", "off_track", "unknown"]),
            "health.note": self._maybe(["Slow", "", "Fine"], 0.3),
            "horizon": self._maybe(["now", "next", "later"]),
            "benefit": self._maybe([Decimal(n) / 4 for n in range(-2, 9)]),
            "progress": self._maybe([Decimal(n) for n in (0, 50, 100)], 0.4),
            "tags": sorted(set(draw.choices(["x", "y", "Big one"], k=draw.randrange(3)))),
            "rank": draw.choice("abc") + f"{draw.randrange(30):02}",
        }

    def _extras(self) -> dict[str, Any]:
        draw = self.draw
        stored = {
            "c_text": self._maybe(["red", "Red", "", "a,b", 'say "hi"']),
            "c_number": self._maybe([0, 1, 2.5, -3, 10]),
            "c_date": self._maybe(["2026-01-15", "2026-02-01", "2025-12-31"]),
            "c_bool": self._maybe([True, False]),
            "c_choice": self._maybe(["a", "b", "c"]),
            "c_choices": self._maybe([["a"], ["a", "b"], ["c", "b"]]),
        }
        linked = {
            "c_person": [name] if (name := self._name("person")) else [],
            "c_people": draw.sample(["Ada", "Bob O'Hara", "Cy"], draw.randrange(3)),
            "colour": [name] if (name := self._name("colour")) else [],
            "segment": draw.sample(["one", "two", "three"], draw.randrange(3)),
        }
        return stored | linked | {"text": self._maybe([" ".join(draw.choices(WORDS, k=6))])}

    def _columns(self, item: dict[str, Any]) -> dict[str, Any]:
        ids = self.world.ids
        references = {
            f"{name}_id": ids.get((kind, item[name]))
            for name, kind in {
                "area": "area", "team": "team", "owner": "person", "release": "release", "phase": "phase",
                "level": "level",
            }.items()
        }  # fmt: skip
        custom = {
            str(ids["field", f"c_{kind}"]): item[f"c_{kind}"] for kind in TYPES[:6] if item[f"c_{kind}"] is not None
        }
        plain = {
            name: item[name] for name in ("key", "title", "health", "horizon", "benefit", "progress", "tags", "rank")
        }
        dates = {f"{side}_on": item[side] for side in ("start", "end")}
        precisions = {f"{side}_precision": item[f"{side}.precision"] for side in ("start", "end")}
        note = {"health_note": item["health.note"], "parent_id": item["parent"], "custom": custom}
        return plain | references | dates | precisions | note

    def _item(self, number: int) -> None:
        rank = 3 if number <= 4 else 2 if number <= 14 else 1 if number <= 34 else 0
        level = ["work_item", "feature", "initiative", "bet"][rank]
        ranks = {"work_item": 0, "feature": 1, "initiative": 2, "bet": 3}
        above = [key for key, item in self.world.items.items() if ranks[item["level"]] > rank]
        item = self._values() | self._extras() | {"level": level, "number": number}
        item["parent"] = self._maybe(above, 0.8) if above else None
        row = self._add(Item, "item", f"TT-{number}", number=number, **self._columns(item))
        item |= {"id": row.id, "created": self.at, "updated": self.at}
        self.rows[row.id], self.world.items[row.id] = row, item
        self._side_tables(item)

    def _side_tables(self, item: dict[str, Any]) -> None:
        world, ids = self.world, self.world.ids
        common = {"workspace_id": world.actor.workspace_id}
        for model, where in ((ItemValue, {"item_id": item["id"]}), (CustomLink, {"record_id": item["id"]})):
            model.objects.filter(**where).delete()
        for key in ("colour", "segment"):
            for name in item[key]:
                record = ItemValue(
                    item_id=item["id"], dimension_id=ids["dimension", key], value_id=ids[key, name], **common
                )
                ledger.add(record)
        for key in ("c_person", "c_people"):
            for position, name in enumerate(item[key]):
                ledger.add(
                    CustomLink(
                        field_id=ids["field", key], entity="item", record_id=item["id"], person_id=ids["person", name],
                        position=position, **common,
                    )
                )  # fmt: skip
        ItemText.objects.filter(id=item["id"]).delete()
        if item["text"] is not None:
            ledger.add(ItemText(id=item["id"], body=item["text"], **common))

    def _change(self, key: Any) -> None:
        item = self.world.items[key]
        fresh = self._values() | self._extras()
        names = self.draw.sample(sorted(fresh), 6)
        if {"start", "end", "start.precision", "end.precision"} & set(names):
            names += ["start", "end", "start.precision", "end.precision"]
        before = self._columns(item)
        item.update({name: fresh[name] for name in names})
        after = self._columns(item)
        row = self.rows[key]
        row.refresh_from_db()
        ledger.save(row, **after)
        if before != after:
            item["updated"] = self.at
        self._side_tables(item)

    def _delete(self, key: Any) -> None:
        item = self.world.items[key]
        item.update({"colour": [], "segment": [], "c_person": [], "c_people": [], "text": None})
        self._side_tables(item)
        Item.objects.filter(id=key).delete()
        del self.world.items[key]
