"""Stages relations and dependencies: from files of links, and from columns of the items' own files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from trimtab.core.ids import new_id
from trimtab.integrations import queries
from trimtab.integrations.files import plan, staging
from trimtab.integrations.files.columns import positions
from trimtab.integrations.files.reading import Row, Table
from trimtab.integrations.files.rows import KEY_LENGTH, Draft
from trimtab.integrations.files.rules import DEPENDENCY_TYPES, LinksRule, LinkType, Recipe
from trimtab.integrations.files.source import FILE_STEP
from trimtab.integrations.files.staging import Staged
from trimtab.integrations.models import StagedAction, StagedPart

MUTUAL = "relates_to"
NAMED_ONLY = 200 * FILE_STEP
"""Items that no file tells of are numbered from here on."""


def part_of(kind: str) -> StagedPart:
    """The part that a type of link belongs to."""
    return StagedPart.DEPENDENCIES if kind in DEPENDENCY_TYPES else StagedPart.RELATIONS


def tie(row: int, start: str, end: str, kind: str, **data: int) -> Staged:
    """A staged relation or dependency between two keys; ``mutual``: it is the same from both sides."""
    return Staged(
        part_of(kind),
        row,
        key=start[:KEY_LENGTH],
        parent_key=end[:KEY_LENGTH],
        record_id=new_id(),
        data={"type": kind, **data},
    )


class ColumnTies:
    """Links that stand in columns of items. Each has a number of its own; ``data.line`` is the item's row."""

    def __init__(self, operation_id: UUID) -> None:
        self._last = {
            part: staging.last_row(operation_id, part, FILE_STEP)
            for part in (StagedPart.RELATIONS, StagedPart.DEPENDENCIES)
        }

    def of(self, drafts: Iterable[Draft]) -> Iterator[Staged]:
        """The links that these items name."""
        for draft in drafts:
            if draft.problem:
                continue
            for rule, other in draft.ties:
                part = part_of(rule.type)
                self._last[part] += 1
                start, end = (other, draft.key) if rule.reverse else (draft.key, other)
                mutual = {"mutual": 1} if rule.type == MUTUAL else {}
                yield tie(self._last[part], start, end, rule.type, line=draft.row, **mutual)


@dataclass(frozen=True, slots=True)
class TieFile:
    """A file of links while it is staged. Its rows are numbered from ``offset`` on."""

    recipe: Recipe
    rule: LinksRule
    file: Table
    offset: int

    def rows(self, chunk: Sequence[Row], other_kinds: frozenset[str]) -> list[Staged]:
        """The links of some rows. ``other_kinds``: types that another rule takes from the same file."""
        at = {
            name: positions(self.recipe, self.file, name, needed=True)[0]
            for name in (self.rule.start, self.rule.end, self.rule.type, self.rule.raw)
            if name
        }
        return [one for row in chunk if (one := self._row(row, at, other_kinds)) is not None]

    def _row(self, row: Row, at: Mapping[str, int], other_kinds: frozenset[str]) -> Staged | None:
        rule, prefix = self.rule, self.recipe.items.key_prefix
        if row.problem:
            return self._rejected(row, "", row.problem)
        one, other = row.cells[at[rule.start]].strip(), row.cells[at[rule.end]].strip()
        written = row.cells[at[rule.type]].strip() if rule.type else ""
        meant = self._meaning(written)
        if meant is None:
            if written in other_kinds:
                return None
            return self._rejected(row, one, f"“{written}” is no type that the recipe knows")
        if not one or not other:
            if rule.blank:
                return None
            raw = row.cells[at[rule.raw]] if rule.raw else row.cells[at[rule.end]]
            return self._rejected(row, one, f"points to nothing here: {raw}")
        start, end = (other, one) if meant.reverse else (one, other)
        mutual = {"mutual": 1} if meant.type == MUTUAL and rule in self.recipe.links else {}
        return tie(self.offset + row.number, prefix + start, prefix + end, meant.type, **mutual)

    def _meaning(self, written: str) -> LinkType | None:
        if self.rule.fixed:
            return LinkType(self.rule.fixed, reverse=False)
        return self.rule.types.get(written) or self.rule.types.get("*")

    def _rejected(self, row: Row, key: str, problem: str) -> Staged:
        part = part_of(next((one.type for one in self.rule.types.values()), self.rule.fixed))
        return Staged(part, self.offset + row.number, key=key[:KEY_LENGTH], action=StagedAction.REJECT, problem=problem)


class NamedOnly:
    """Makes items of the ends of links that nothing carries, each once, with its key for a title and a mark."""

    def __init__(self, operation_id: UUID, source: str, level_id: UUID) -> None:
        self._operation_id, self._source, self._level_id = operation_id, source, level_id
        self._last = max(staging.last_row(operation_id, StagedPart.ITEMS), NAMED_ONLY)
        self._made: set[str] = set()

    def of(self, ties: Iterable[Staged]) -> Iterator[Staged]:
        """The items that have to be made for these links."""
        keys = {key for one in ties if not one.problem for key in (one.key, one.parent_key) if key} - self._made
        known = set(queries.match_items(self._source, keys)) | staging.staged_keys(self._operation_id, keys)
        for key in sorted(keys - known):
            self._made.add(key)
            self._last += 1
            draft = Draft(self._last, key=key, item={"title": key})
            yield Staged(
                StagedPart.ITEMS,
                self._last,
                key=key,
                record_id=new_id(),
                data=plan.content(draft, self._level_id) | {"url": ""},
                review={"title": {"raw": key, "why": "only_named"}},
            )
