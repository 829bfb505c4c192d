"""First half of an import: every row is read, understood and staged. Slow, resumable, cancellable; locks nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat, takewhile
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from trimtab.accounts import public as accounts
from trimtab.core import scope
from trimtab.core.actors import Actor
from trimtab.core.bulk import ahead
from trimtab.core.ids import new_id
from trimtab.integrations import queries
from trimtab.integrations.files import plan, setup, staging
from trimtab.integrations.files.columns import learn
from trimtab.integrations.files.parse import Periods
from trimtab.integrations.files.reading import Row, Table, open_table
from trimtab.integrations.files.refs import Directory
from trimtab.integrations.files.rows import KEY_LENGTH, Draft, Identifiers, ItemReader, Names
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.source import FILE_STEP, Source, steps
from trimtab.integrations.files.stage_history import HistoryFile
from trimtab.integrations.files.stage_records import ColumnRecords, RecordReader, rows_of
from trimtab.integrations.files.stage_ties import ColumnTies, NamedOnly, TieFile
from trimtab.integrations.files.staging import Staged
from trimtab.integrations.files.tally import Tally
from trimtab.integrations.models import Choice, ImportDecision, StagedAction, StagedPart

CHUNK = 2000
Checkpoint = Callable[[StagedPart, int], None]
"""Called inside each chunk's transaction with how far it is: keeps the place, and raises when it is to stop."""


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
        self._learn(reader)
        records = RecordReader(self.recipe, reader, directory, self._zone())
        self._items(reader, directory, names, records, done.get(StagedPart.ITEMS.value, 0))
        self._ties(reader, directory, done.get(StagedPart.LINKS.value, 0))
        self._records(records, directory, done.get(StagedPart.RECORDS.value, 0))
        history = self.recipe.history
        if history is not None and (file := self._open(history.file, history.sheet)) is not None:
            self._history(HistoryFile.open(self.recipe, history, reader, file), file, directory, done)

    def _zone(self) -> ZoneInfo:
        with scope.workspace(self.actor.workspace_id):
            return ZoneInfo(accounts.get_workspace(self.actor).timezone)

    def _open(self, file: str, sheet: str = "") -> Table | None:
        """The file of a part, or the list inside the items' file; None when it is not here to be read."""
        if not self.source.has(self.recipe, file):
            return None
        name, path = self.source.part(self.recipe, file)
        if sheet and self.recipe.lenient and sheet not in open_table(path, self.recipe.reading_of(name)).sheets:
            return None
        return open_table(path, self.recipe.reading_of(name, sheet))

    def _learn(self, reader: ItemReader) -> None:
        """Read ahead what the items' files call rows and people besides, where the recipe asks for it."""
        rule = self.recipe.items
        needs_ids = bool(rule.id) and (self.recipe.rule("parent") is not None or bool(rule.links))
        if not needs_ids and not self.recipe.accounts:
            return
        keys: dict[str, str] = {}
        people: dict[str, str] = {}
        for path in self.source.items(self.recipe):
            file = open_table(path, self.recipe.reading_of(path.name))
            learn(self.recipe, file, keys if needs_ids else {}, people)
        reader.learn(Names(keys, people))

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
                    (self.recipe.people, setup.reserve_people),
                    (self.recipe.releases, setup.reserve_releases),
                ):
                    if rule is not None:
                        bad += reserve(rule, self.source, self.recipe, directory)
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

    def _chunks(self, part: StagedPart, file: Table, after: int, offset: int = 0) -> Iterator[list[Row]]:
        """The rows below ``after`` in chunks, each inside a transaction that also keeps the place."""
        rows = file.rows(after)
        while chunk := list(islice(rows, CHUNK)):
            with scope.workspace(self.actor.workspace_id):
                yield chunk
                self.checkpoint(part, offset + chunk[-1].number)

    def _items(
        self, reader: ItemReader, directory: Directory, names: dict[str, str], records: RecordReader, after: int
    ) -> None:
        frozen = {rule.target for rule in self.recipe.items.fields if not rule.update}
        frozen |= {identified for identified, target in names.items() if target in frozen}
        rules = plan.Rules(() if self.tally else frozen, names, self.file_wins, plain=self.tally is not None)
        with scope.workspace(self.actor.workspace_id):
            ties, carried = ColumnTies(self.operation_id), ColumnRecords(self.operation_id, records)
        for offset, path, below in steps(self.source.items(self.recipe), after):
            for drafts, records_of in self._drafts(reader, carried, path, below, offset):
                with scope.workspace(self.actor.workspace_id):
                    compare = self._compare(drafts, rules, reader.level_id)
                    items = [self._item(draft, compare) for draft in drafts]
                    told = [] if self.tally else [*ties.of(drafts), *records_of]
                    self._insert([*items, *told], directory)
                    self.checkpoint(StagedPart.ITEMS, drafts[-1].row)

    def _drafts(
        self, reader: ItemReader, carried: ColumnRecords, path: Path, after: int, offset: int
    ) -> Iterator[tuple[list[Draft], list[Staged]]]:
        """The items of a file in chunks, with what they carry; the next are read while the last are staged."""
        file = open_table(path, self.recipe.reading_of(path.name))
        columns = reader.columns(file)
        rows = (row for row in file.rows(after) if row.problem or not columns.skipped(row.cells))

        def read(_: None) -> tuple[list[Draft], list[Staged]]:
            drafts = [reader.read(row, columns, offset) for row in islice(rows, CHUNK)]
            return drafts, list(carried.of(drafts))

        return takewhile(lambda found: bool(found[0]), ahead(read, repeat(None)))

    def _ties(self, reader: ItemReader, directory: Directory, after: int) -> None:
        """Every file of links; the rows of the n-th are numbered from n steps on."""
        rules = self.recipe.ties
        with scope.workspace(self.actor.workspace_id):
            named = NamedOnly(self.operation_id, self.recipe.source, reader.level_id)
        for index, rule in enumerate(rules, start=1):
            offset = index * FILE_STEP
            if after >= offset + FILE_STEP or (file := self._open(rule.file, rule.sheet)) is None:
                continue
            others = frozenset(kind for one in rules if one is not rule and one.file == rule.file for kind in one.types)
            links = TieFile(self.recipe, rule, file, offset)
            for chunk in self._chunks(StagedPart.LINKS, file, max(after - offset, 0), offset):
                ties = links.rows(chunk, others)
                self._insert([*(named.of(ties) if rule.missing else ()), *ties], directory)

    def _records(self, reader: RecordReader, directory: Directory, after: int) -> None:
        """Every file of other domains' records, numbered as the links are."""
        for index, rule in enumerate(self.recipe.records, start=1):
            offset = index * FILE_STEP
            if rule.column or after >= offset + FILE_STEP or (file := self._open(rule.file, rule.sheet)) is None:
                continue
            staged = rows_of(rule, self.recipe, file, reader, offset)
            for chunk in self._chunks(StagedPart.RECORDS, file, max(after - offset, 0), offset):
                self._insert([staged(row) for row in chunk], directory)

    def _history(self, history: HistoryFile, file: Table, directory: Directory, done: Mapping[str, int]) -> None:
        for chunk in self._chunks(StagedPart.HISTORY, file, done.get(StagedPart.HISTORY.value, 0)):
            rows = (history.entry(row) for row in chunk)
            self._insert([row for row in rows if row is not None], directory)

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
        if draft.born is not None:
            data["born"] = draft.born
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
