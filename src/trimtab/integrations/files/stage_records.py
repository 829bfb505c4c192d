"""Stages records of other domains: comments, watchers and whatever else has registered with the intake."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

from trimtab.core import intake
from trimtab.core.intake import IntakeField, IntakeTarget
from trimtab.integrations.files import parse, staging
from trimtab.integrations.files.columns import positions
from trimtab.integrations.files.parse import Odd
from trimtab.integrations.files.reading import Reading, Row, Table
from trimtab.integrations.files.refs import Directory
from trimtab.integrations.files.rows import KEY_LENGTH, Draft, ItemReader
from trimtab.integrations.files.rules import Recipe, RecordsRule
from trimtab.integrations.files.source import FILE_STEP
from trimtab.integrations.files.staging import Staged
from trimtab.integrations.models import StagedAction, StagedPart

LONGEST_VALUE = 200_000


class RecordReader:
    """Reads records as their target has it. Values are JSON-safe; ``bring`` gives them back their types."""

    def __init__(self, recipe: Recipe, reader: ItemReader, directory: Directory, zone: tzinfo) -> None:
        self._recipe, self._reader, self._directory, self._zone = recipe, reader, directory, zone
        self._seen: Counter[str] = Counter()

    def read(self, row: int, target: str, item_key: str, written: Mapping[str, str], **more: Any) -> Staged:
        """The staged row of a record; rejected when the domain is not here, or a value cannot be used."""
        known = intake.find(target)
        if known is None:
            return _rejected(row, item_key, f"nothing here takes a {target}", **more)
        values: dict[str, Any] = {}
        for field in known.fields:
            text = written.get(field.name, "").strip()
            if not text:
                if field.required:
                    return _rejected(row, item_key, f"has no {field.label.casefold()}", **more)
                continue
            if len(text) > LONGEST_VALUE:
                return _rejected(row, item_key, f"{field.label} has more than {LONGEST_VALUE:,} characters", **more)
            try:
                values[field.name] = self._value(known, field, text)
            except Odd:
                return _rejected(row, item_key, f"{field.label}: “{text[:80]}” cannot be read", **more)
        if known.on_item and not item_key:
            return _rejected(row, "", "does not say which item it belongs to", **more)
        key = self._key(known, item_key, written)
        data = {"target": target, "values": values, "record_key": key, **more}
        return Staged(StagedPart.RECORDS, row, key=item_key[:KEY_LENGTH], data=data)

    def _value(self, target: IntakeTarget, field: IntakeField, text: str) -> Any:
        if field.type == "person":
            name = self._reader.person(next(iter(text.splitlines())).strip())
            found = self._directory.find("person", name)
            if found is None and target.makes_people and len(name) <= 120:
                found = self._directory.reserve("person", name)
            return {"name": name, "id": str(found) if found else None}
        return _PLAIN[field.type](text, self._recipe.reading, self._zone, self._reader)

    def _key(self, target: IntakeTarget, item_key: str, written: Mapping[str, str]) -> str:
        """What names the record in a later import: its own id, else its item and the fields that tell it apart."""
        own = written.get("id", "").strip()
        if own:
            return f"{target.name}:{own}"[:KEY_LENGTH]
        told = "\x1f".join(written.get(name, "").strip() for name in target.keyed)
        digest = hashlib.sha256(told.encode()).hexdigest()[:20]
        plain = f"{item_key[:200]}:{digest}"
        self._seen[plain] += 1
        return plain if self._seen[plain] == 1 else f"{plain}:{self._seen[plain]}"


_Plain = Callable[[str, Reading, tzinfo, ItemReader], Any]
_PLAIN: Mapping[str, _Plain] = {
    "text": lambda text, reading, zone, reader: reader.mentions(text.replace("\r\n", "\n").replace("\r", "\n")),
    "url": lambda text, reading, zone, reader: parse.address(text),
    "number": lambda text, reading, zone, reader: str(parse.number(text, reading)),
    "date": lambda text, reading, zone, reader: parse.day(text, reading).isoformat(),
    "bool": lambda text, reading, zone, reader: parse.boolean(text),
    "instant": lambda text, reading, zone, reader: parse.moment(text, reading, zone).isoformat(),
}


class ColumnRecords:
    """Records that stand in columns of items. Each has a number of its own; ``data.line`` is the item's row."""

    def __init__(self, operation_id: UUID, reader: RecordReader) -> None:
        self._last, self._reader = staging.last_row(operation_id, StagedPart.RECORDS, FILE_STEP), reader

    def of(self, drafts: Iterable[Draft]) -> Iterator[Staged]:
        """The records that these items carry."""
        for draft in drafts:
            if not draft.problem:
                for target, written in draft.records:
                    self._last += 1
                    yield self._reader.read(self._last, target, draft.key, written, line=draft.row)


def rows_of(
    rule: RecordsRule, recipe: Recipe, file: Table, reader: RecordReader, offset: int
) -> Callable[[Row], Staged]:
    """How each row of a file of records is staged. Raises BadFile when a column is missing."""
    key = positions(recipe, file, rule.key, needed=True)[0]
    at = {name: positions(recipe, file, column) for name, column in rule.columns.items()}

    def staged(row: Row) -> Staged:
        if row.problem:
            return _rejected(offset + row.number, "", row.problem)
        written = {name: row.cells[places[0]] for name, places in at.items() if places}
        prefix = recipe.items.key_prefix
        item_key = row.cells[key].strip()
        return reader.read(offset + row.number, rule.target, prefix + item_key if item_key else "", written)

    return staged


def _rejected(row: int, key: str, problem: str, **more: Any) -> Staged:
    return Staged(StagedPart.RECORDS, row, key=key[:KEY_LENGTH], action=StagedAction.REJECT, problem=problem, data=more)
