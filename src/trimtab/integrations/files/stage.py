"""First half of an import: every row is read, understood and staged. Slow, resumable, cancellable; locks nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor
from trimtab.core.bulk import ahead
from trimtab.core.ids import new_id
from trimtab.integrations import queries
from trimtab.integrations.files import plan, setup, staging
from trimtab.integrations.files.parse import Odd, Periods, instant
from trimtab.integrations.files.reading import Row, Table, open_table
from trimtab.integrations.files.refs import Directory
from trimtab.integrations.files.rows import KEY_LENGTH, Draft, Identifiers, ItemReader
from trimtab.integrations.files.rules import HistoryRule, LinksRule, Recipe
from trimtab.integrations.files.staging import Staged
from trimtab.integrations.files.tally import Tally
from trimtab.integrations.models import Choice, ImportDecision, StagedAction, StagedPart

CHUNK = 2000
Checkpoint = Callable[[StagedPart, int], None]
"""Called inside each chunk's transaction with how far it is: keeps the place, and raises when it is to stop."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported: a folder with the recipe's files, or one file that stands for its items alone."""

    path: Path

    @property
    def folder(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent

    def items(self, recipe: Recipe) -> Path:
        return self.path / recipe.items.file if self.path.is_dir() else self.path

    def files(self, recipe: Recipe) -> list[Path]:
        """The files that will be read."""
        return [self.path / name for name in recipe.files] if self.path.is_dir() else [self.path]


@dataclass(frozen=True, slots=True)
class _Compare:
    """What the rows of a chunk are held against: items by their key here, in the tracker, and by what was decided."""

    known: Mapping[str, plan.Current]
    tracked: Mapping[str, plan.Current]
    decided: Mapping[str, ImportDecision]
    chosen: Mapping[UUID, plan.Current]
    rules: plan.Rules
    level_id: UUID


@dataclass(frozen=True, slots=True)
class Stage:
    """One import while it is being staged.

    ``file_wins``: whose value counts where the file and somebody here changed a field. With a ``tally`` nothing is
    meant to be applied: every difference counts, and what both sides hold is added up.
    """

    actor: Actor
    operation_id: UUID
    recipe: Recipe
    source: Source
    checkpoint: Checkpoint
    periods: Periods
    file_wins: bool = True
    tally: Tally | None = None

    def run(self, done: dict[str, int]) -> None:
        """Stage every part; ``done`` says up to which row each part is staged already. Raises BadFile, Invalid."""
        directory, identifiers = self._set_up(fresh=StagedPart.SETUP.value not in done)
        reader = ItemReader(self.recipe, directory, identifiers, self.periods)
        names = {f"custom.{field_id}": f"custom.{key}" for key, field_id in identifiers.customs.items()}
        names |= {f"dim.{dimension_id}": f"dim.{key}" for key, dimension_id in identifiers.dimensions.items()}
        if self.tally is not None:
            numbers = [custom.key for custom in self.recipe.customs if custom.type == "number"]
            self.tally.customs = [str(identifiers.customs[key]) for key in numbers]
        self._items(reader, directory, names, done.get(StagedPart.ITEMS.value, 1))
        if not self.source.path.is_dir():
            return
        for part, links in (
            (StagedPart.RELATIONS, self.recipe.relations),
            (StagedPart.DEPENDENCIES, self.recipe.dependencies),
        ):
            if links is not None:
                self._links(part, links, done.get(part.value, 1))
        if self.recipe.history is not None:
            self._history(self.recipe.history, reader, directory, done.get(StagedPart.HISTORY.value, 1))

    def _set_up(self, *, fresh: bool) -> tuple[Directory, Identifiers]:
        with scope.workspace(self.actor.workspace_id):
            reserved = staging.select(
                "select key, record_id, data from integrations_stagedrow"
                " where operation_id = %s and part = %s and action = %s order by id",
                [self.operation_id, StagedPart.SETUP.value, StagedAction.CREATE.value],
            )
            known = queries.list_known(self.recipe.source)
            directory = Directory(self.recipe, known, [setup.from_staged(row) for row in reserved])
            identifiers = setup.reserve_fields(self.recipe, directory)
            bad: list[Row] = []
            if self.source.path.is_dir():
                for rule, reserve in (
                    (self.recipe.teams, setup.reserve_teams),
                    (self.recipe.releases, setup.reserve_releases),
                ):
                    if rule is not None:
                        bad += reserve(rule, self.source.folder, self.recipe, directory)
            rejected = [_rejected(StagedPart.SETUP, row.number, "", row.problem) for row in bad if fresh]
            self._insert(rejected, directory)
            self.checkpoint(StagedPart.SETUP, 1)
        return directory, identifiers

    def _insert(self, rows: Iterable[Staged], directory: Directory) -> None:
        """Stage ``rows`` and what they had reserved."""
        reserved = [
            Staged(StagedPart.SETUP, 0, key=fresh.written, record_id=fresh.id, data=setup.as_staged(fresh))
            for fresh in directory.take_new()
        ]
        staging.insert(self.actor.workspace_id, self.operation_id, [*reserved, *rows])

    def _chunks(self, part: StagedPart, file: Table, after: int) -> Iterator[list[Row]]:
        """The rows below ``after`` in chunks, each inside a transaction that also keeps the place."""
        rows = file.rows(after)
        while chunk := list(islice(rows, CHUNK)):
            with scope.workspace(self.actor.workspace_id):
                yield chunk
                self.checkpoint(part, chunk[-1].number)

    def _items(self, reader: ItemReader, directory: Directory, names: dict[str, str], after: int) -> None:
        file = open_table(self.source.items(self.recipe), self.recipe.reading)
        columns = reader.columns(file)
        frozen = {rule.target for rule in self.recipe.items.fields if not rule.update}
        frozen |= {identified for identified, target in names.items() if target in frozen}
        rules = plan.Rules(() if self.tally else frozen, names, self.file_wins, plain=self.tally is not None)
        rows = file.rows(after)

        def read(_: None) -> list[Draft]:
            return [reader.read(row, columns) for row in islice(rows, CHUNK)]

        for drafts in takewhile(bool, ahead(read, repeat(None))):
            with scope.workspace(self.actor.workspace_id):
                compare = self._compare(drafts, rules, reader.level_id)
                self._insert([self._item(draft, compare) for draft in drafts], directory)
                self.checkpoint(StagedPart.ITEMS, drafts[-1].row)

    def _compare(self, drafts: Sequence[Draft], rules: plan.Rules, level_id: UUID) -> "_Compare":
        source, tracker = self.recipe.source, self.recipe.items.tracker_source
        keys = {draft.key for draft in drafts if draft.key}
        known = queries.match_items(source, keys)
        tracked = queries.match_items(tracker, {draft.tracker for draft in drafts if draft.tracker}, source)
        decided = queries.list_decisions(source, keys - set(known))
        chosen = queries.get_items([one.record_id for one in decided.values() if one.record_id], source)
        return _Compare(known, tracked, decided, chosen, rules, level_id)

    def _item(self, draft: Draft, compare: "_Compare") -> Staged:
        """The staged row of an item, matched by its key in this source, by its key in the tracker, by a decision."""
        if draft.problem:
            return _rejected(StagedPart.ITEMS, draft.row, draft.key, draft.problem)
        mine, theirs = compare.known.get(draft.key), compare.tracked.get(draft.tracker)
        if mine and theirs and mine.id != theirs.id:
            return _rejected(
                StagedPart.ITEMS,
                draft.row,
                draft.key,
                f"fits two items: {mine.item['title']} by its key, {theirs.item['title']} as {draft.tracker}",
            )
        decision = compare.decided.get(draft.key)
        if decision is not None and decision.choice == Choice.SKIP:
            return _rejected(StagedPart.ITEMS, draft.row, draft.key, left_out(decision.actor_name))
        by_choice = compare.chosen.get(decision.record_id) if decision and decision.record_id else None
        current = mine or theirs or by_choice
        if self.tally is not None:
            self.tally.add(draft, current)
        parent = None if self.recipe.rule("parent") is None else draft.parent or ""
        if current is not None:
            named, tracked = mine is not None, theirs is not None
            return known_row(draft, current, compare.rules, parent, named=named, tracked=tracked)
        data = plan.content(draft, compare.level_id) | {"url": draft.url}
        if draft.tracker:
            data["tracker"] = draft.tracker
        if decision is not None:
            data["decided"] = True
        return Staged(
            StagedPart.ITEMS,
            draft.row,
            key=draft.key,
            record_id=new_id(),
            parent_key=parent,
            data=data,
            review=draft.review or None,
        )

    def _links(self, part: StagedPart, rule: LinksRule, after: int) -> None:
        file = open_table(self.source.folder / rule.file, self.recipe.reading)
        start, end, kind = (file.header.require(name, file.path)[0] for name in (rule.start, rule.end, rule.type))
        raw = file.header.require(rule.raw, file.path)[0] if rule.raw else end
        prefix = self.recipe.items.key_prefix
        for chunk in self._chunks(part, file, after):
            rows: list[Staged] = []
            for row in chunk:
                if row.problem:
                    rows.append(_rejected(part, row.number, "", row.problem))
                    continue
                one, other, written = (row.cells[position].strip() for position in (start, end, kind))
                meant = rule.types.get(written)
                if meant is None:
                    rows.append(_rejected(part, row.number, one, f"“{written}” is no type that the recipe knows"))
                elif not one or not other:
                    rows.append(_rejected(part, row.number, one, f"points to nothing here: {row.cells[raw]}"))
                else:
                    one, other = (
                        (f"{prefix}{other}", f"{prefix}{one}") if meant.reverse else (prefix + one, prefix + other)
                    )
                    data = {"type": meant.type}
                    rows.append(
                        Staged(
                            part,
                            row.number,
                            key=one[:KEY_LENGTH],
                            parent_key=other[:KEY_LENGTH],
                            record_id=new_id(),
                            data=data,
                        )
                    )
            staging.insert(self.actor.workspace_id, self.operation_id, rows)

    def _history(self, rule: HistoryRule, reader: ItemReader, directory: Directory, after: int) -> None:
        file = open_table(self.source.folder / rule.file, self.recipe.reading)
        names = [rule.key, rule.at, rule.field, rule.old, rule.new]
        at = {name: file.header.require(name, file.path)[0] for name in (*names, *rule.cause.values())}
        actor = file.header.require(rule.actor, file.path)[0] if rule.actor else None
        for chunk in self._chunks(StagedPart.HISTORY, file, after):
            rows = (self._entry(rule, reader, row, at, actor) for row in chunk)
            self._insert([row for row in rows if row is not None], directory)

    def _entry(
        self, rule: HistoryRule, reader: ItemReader, row: Row, at: dict[str, int], actor: int | None
    ) -> Staged | None:
        """A dated change, its values read as those of the items are; None for one that the recipe leaves out."""
        if row.problem:
            return _rejected(StagedPart.HISTORY, row.number, "", row.problem)
        cells = row.cells
        key, written = self.recipe.items.key_prefix + cells[at[rule.key]].strip(), cells[at[rule.field]]
        if written in rule.ignore:
            return None
        if written != rule.existence and written not in rule.fields:
            return _rejected(StagedPart.HISTORY, row.number, key, f"“{written}” is no field that the recipe knows")
        try:
            when = instant(cells[at[rule.at]])
        except Odd:
            return _rejected(StagedPart.HISTORY, row.number, key, f"“{cells[at[rule.at]]}” is no date and time")
        fields: dict[str, Any] = {}
        for target in rule.fields.get(written, ()):
            old, new = (reader.fill(target, cells[at[name]]) for name in (rule.old, rule.new))
            fields |= {column: [old[column], new[column]] for column in new}
        data = {
            "fields": fields,
            "actor": cells[actor].strip() if actor is not None else "",
            "cause": {name: cells[at[column]] for name, column in rule.cause.items() if cells[at[column]]},
        }
        return Staged(StagedPart.HISTORY, row.number, key=key[:KEY_LENGTH], at=when, data=data)


def known_row(
    draft: Draft, current: plan.Current, rules: plan.Rules, parent: str | None, *, named: bool, tracked: bool
) -> Staged:
    """The staged row of an item that is here. ``named``, ``tracked``: it carries the row's key, the tracker's key."""
    found = plan.changes(draft, current, rules)
    data = found.staged()
    if not named:
        data["known_as"] = draft.url
    if draft.tracker and not tracked:
        data["tracker"] = draft.tracker
    base = plan.base_of(plan.content(draft, current.item["level_id"]), parent)
    last = current.own or {}
    if base != last:
        data["base"] = base
    if not rules.plain and current.own is not None and parent == last.get("parent", ""):
        data["stay"] = True
    return Staged(
        StagedPart.ITEMS,
        draft.row,
        key=draft.key,
        action=StagedAction.UPDATE if found.data or not named or "tracker" in data else StagedAction.KEEP,
        record_id=current.id,
        parent_key=None if "parent" in rules.frozen else parent,
        seen_version=current.version,
        data=data,
        review=found.marks,
    )


def left_out(name: str) -> str:
    """Why a row that somebody decided against is not imported."""
    return f"left out, as {name or 'somebody'} decided"


def _rejected(part: StagedPart, row: int, key: str, problem: str) -> Staged:
    return Staged(part, row, key=key[:KEY_LENGTH], action=StagedAction.REJECT, problem=problem)
