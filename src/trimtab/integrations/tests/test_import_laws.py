"""Whatever is imported, imported again, edited and undone: one item per key, and no edit is lost."""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from trimtab.core.actors import Actor
from trimtab.core.models import ExternalKey
from trimtab.integrations.public import undo_batch
from trimtab.integrations.tests.keps import now
from trimtab.integrations.tests.test_adopt import bring
from trimtab.roadmap import public as roadmap
from trimtab.roadmap.models import Item
from trimtab.roadmap.tests.factories import inside, make_workspace

keys = st.sampled_from("AB")
values = st.integers(1, 3)
files = st.dictionaries(keys, values, min_size=1).map(lambda rows: ("import", rows))
edits = st.tuples(keys, values).map(lambda edit: ("edit", edit))
steps = st.lists(st.one_of(files, edits, st.just(("undo", None))), min_size=4, max_size=9)


@dataclass(slots=True)
class Import:
    """What an import did: the batch, and per key what was here and last said before it."""

    batch: UUID
    before: dict[str, tuple[int | None, int | None]]
    wrote: set[str]
    edited: set[str] = field(default_factory=set)


@dataclass(slots=True)
class World:
    """What has to be here, and what the file last said, told by rules of their own."""

    here: dict[str, int] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)

    def bring(self, rows: dict[str, int], batch: UUID | None) -> None:
        before = {key: (self.here.get(key), self.said.get(key)) for key in rows}
        wrote: set[str] = set()
        for key, value in rows.items():
            if key not in self.here or (value != self.here[key] and value != self.said.get(key)):
                self.here[key] = value
                wrote.add(key)
            self.said[key] = value
        if batch is not None:
            self.imports.append(Import(batch, before, wrote))

    def edit(self, key: str, value: int) -> None:
        self.here[key] = value
        if self.imports:
            self.imports[-1].edited.add(key)

    def undo(self, last: Import) -> None:
        for key, (here, said) in last.before.items():
            if here is None and key in last.edited:
                continue
            for values, old in ((self.here, here), (self.said, said)):
                kept = values is self.here and (key in last.edited or key not in last.wrote)
                if old is None and not kept:
                    values.pop(key, None)
                elif old is not None and not kept:
                    values[key] = old


def held(actor: Actor) -> dict[str, int]:
    with inside(actor):
        rows = list(Item.objects.values_list("key", "benefit"))
        assert max(Counter(key for key, _ in rows).values(), default=1) == 1
        named = dict(ExternalKey.objects.filter(entity="item").values_list("key", "record_id"))
        assert named == dict(Item.objects.values_list("key", "id"))
    return {key: int(value) for key, value in rows}


def do(actor: Actor, folder: Path, world: World, step: tuple[str, Any]) -> None:
    kind, what = step
    if kind == "import":
        rows = [{"key": key, "title": f"Item {key}", "benefit": str(value)} for key, value in what.items()]
        world.bring(what, bring(actor, folder, *rows).batch_id)
    elif kind == "edit" and what[0] in world.here and world.here[what[0]] != what[1]:
        with inside(actor):
            item = Item.objects.get(key=what[0])
            roadmap.update_item(actor=actor, clock=now(), item_id=item.id, changes={"benefit": what[1]})
        world.edit(*what)
    elif kind == "undo" and world.imports:
        last = world.imports.pop()
        if undo_batch(actor=actor, clock=now(), batch_id=last.batch).batch_id is not None:
            world.undo(last)


@settings(max_examples=25)
@given(steps)
@example([("import", {"A": 1}), ("edit", ("A", 2)), ("import", {"A": 1})])
@example([("import", {"A": 1}), ("edit", ("A", 2)), ("import", {"A": 3}), ("undo", None)])
@example([("import", {"A": 1}), ("edit", ("A", 2)), ("undo", None), ("import", {"A": 1})])
@example([("import", {"A": 1}), ("import", {"A": 2}), ("undo", None), ("import", {"A": 2})])
def test_any_order_of_imports_edits_and_undos(taken: list[tuple[str, Any]]) -> None:
    actor, world = make_workspace(), World()
    with tempfile.TemporaryDirectory() as folder:
        for step in taken:
            do(actor, Path(folder), world, step)
            assert held(actor) == world.here
