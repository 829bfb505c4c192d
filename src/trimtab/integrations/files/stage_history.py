"""Stages dated changes of the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trimtab.integrations.files.columns import positions
from trimtab.integrations.files.parse import Odd, instant
from trimtab.integrations.files.reading import Row, Table
from trimtab.integrations.files.rows import KEY_LENGTH, ItemReader
from trimtab.integrations.files.rules import HistoryRule, Recipe
from trimtab.integrations.files.staging import Staged
from trimtab.integrations.models import StagedAction, StagedPart


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file of dated changes while it is staged. ``at``: where its columns stand."""

    recipe: Recipe
    rule: HistoryRule
    reader: ItemReader
    at: Mapping[str, int]

    @classmethod
    def open(cls, recipe: Recipe, rule: HistoryRule, reader: ItemReader, file: Table) -> "HistoryFile":
        """Raises BadFile when a column is missing."""
        names = [rule.key, rule.at, rule.field, rule.old, rule.new, rule.actor, *rule.cause.values()]
        return cls(
            recipe, rule, reader,
            {name: positions(recipe, file, name, needed=True)[0] for name in names if name},
        )  # fmt: skip

    def entry(self, row: Row) -> Staged | None:
        """A dated change, its values read as those of the items are; None for one that the recipe leaves out."""
        if row.problem:
            return _rejected(row.number, "", row.problem)
        rule, cells, at = self.rule, row.cells, self.at
        key, written = self.recipe.items.key_prefix + cells[at[rule.key]].strip(), cells[at[rule.field]]
        unknown = written != rule.existence and written not in rule.fields
        if written in rule.ignore or (unknown and "*" in rule.ignore):
            return None
        if unknown:
            return _rejected(row.number, key, f"“{written}” is no field that the recipe knows")
        try:
            when = instant(cells[at[rule.at]])
        except Odd:
            return _rejected(row.number, key, f"“{cells[at[rule.at]]}” is no date and time")
        fields: dict[str, Any] = {}
        for target in rule.fields.get(written, ()):
            old, new = (self.reader.fill(target, cells[at[name]]) for name in (rule.old, rule.new))
            fields |= {column: [old[column], new[column]] for column in new}
        data = {
            "fields": fields,
            "actor": cells[at[rule.actor]].strip() if rule.actor else "",
            "cause": {name: cells[at[column]] for name, column in rule.cause.items() if cells[at[column]]},
        }
        return Staged(StagedPart.HISTORY, row.number, key=key[:KEY_LENGTH], at=when, data=data)


def _rejected(row: int, key: str, problem: str) -> Staged:
    return Staged(StagedPart.HISTORY, row, key=key[:KEY_LENGTH], action=StagedAction.REJECT, problem=problem)
