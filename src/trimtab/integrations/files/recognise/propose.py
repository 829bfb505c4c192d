"""Proposes how to import some files: which layout they have, what each column means, and the recipe that does it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from trimtab.integrations.files.reading import Reading, Table
from trimtab.integrations.files.recipe import loads
from trimtab.integrations.files.recognise import layouts, parts, plain, toml_text
from trimtab.integrations.files.recognise.customs import CustomFields
from trimtab.integrations.files.recognise.describe import describe
from trimtab.integrations.files.recognise.known import KnownFields
from trimtab.integrations.files.recognise.meaning import meanings
from trimtab.integrations.files.recognise.parts import Role
from trimtab.integrations.files.recognise.profile import Survey, survey
from trimtab.integrations.files.recognise.proposal import LayoutScore, Proposal
from trimtab.integrations.files.words import folded

PLAIN = LayoutScore("", "Plain table", 0.5)


def propose(tables: Sequence[Table], known: KnownFields | None = None, layout: str | None = None) -> Proposal:
    """How to import these files together.

    ``known`` are the workspace's fields. ``layout``: a shipped recipe to take whatever the others score; "" takes none.
    Raises BadRecipe: the files fit no recipe at all, or ``layout`` is not shipped.
    """
    workspace = known or KnownFields()
    scores = layouts.ranked(tables)
    if layout is not None:
        chosen = next(
            (one for one in scores if one.name == layout), LayoutScore(layout, layout, 0.0) if layout else PLAIN
        )
    else:
        chosen = scores[0] if scores else PLAIN
    work = _Work(tables, workspace, chosen)
    content = work.content()
    recipe = loads(toml_text.write(content), "proposal")
    return Proposal(
        layout=chosen,
        layouts=tuple(scores) or (PLAIN,),
        files=tuple(
            describe(one, work.roles[index], recipe, chosen, work.plain) for index, one in enumerate(work.surveys)
        ),
        problems=tuple(dict.fromkeys(work.problems)),
        recipe=recipe,
    )


class _Work:
    """One proposal while it is made."""

    def __init__(self, tables: Sequence[Table], known: KnownFields, chosen: LayoutScore) -> None:
        self._known, self._chosen = known, chosen
        self.problems: list[str] = []
        self.plain: plain.PlainItems | None = None
        self._shipped = layouts.layouts().get(chosen.name)
        self.roles = [self._role(table, alone=len(tables) == 1) for table in tables]
        self.surveys = [self._survey(table, role) for table, role in zip(tables, self.roles, strict=True)]
        self._leave_out_strangers()

    def _role(self, table: Table, *, alone: bool) -> Role:
        if self._shipped is not None and (
            layouts.score(self._shipped, table) > 0 or (alone and self._chosen.score == 0)
        ):
            return Role("items", 1.0, {})
        return parts.role_of(table, (), alone=alone)

    def _survey(self, table: Table, role: Role) -> Survey:
        if role.part == "items" and self._shipped is not None:
            pair = layouts.category_pair(self._shipped, table)
            return survey(table, [pair] if pair else [])
        first = survey(table)
        if role.part != "items":
            return first
        wanted = plain.remembered(first, self._known)
        return survey(table, remembered=wanted) if self._names_others(first) else first

    def _names_others(self, one: Survey) -> bool:
        found = meanings(one, self._known)
        return any(meaning.concept in {"parent", "dependency"} for meaning in found.values())

    def _items(self) -> list[Survey]:
        return [one for one, role in zip(self.surveys, self.roles, strict=True) if role.part == "items"]

    def _leave_out_strangers(self) -> None:
        """Files of items that are unlike the others cannot share their recipe."""
        items = [index for index, role in enumerate(self.roles) if role.part == "items"]
        if len(items) < 2:
            return
        fits = [
            i for i in items if self._shipped is not None and layouts.score(self._shipped, self.surveys[i].table) > 0
        ]
        main = fits or _alike(self.surveys, items)
        for index in items:
            if index not in main:
                name = self.surveys[index].table.path.name
                self.roles[index] = Role("unknown", 0.3, {})
                self.problems.append(f"{name} holds something else than the other files: import it on its own.")

    def content(self) -> dict[str, Any]:
        """The recipe, as TOML content."""
        items = self._items()
        if not items:
            content = self._from_links()
        elif self._shipped is not None:
            content = layouts.fit(self._chosen.name, items, self._known, CustomFields(self._known))
            content["items"]["file"] = _files(items)
            self._drop_absent_sheets(content, items[0].table)
        else:
            content = self._plain(items)
        content = _ordered(content)
        content["reading"] = _reading((items or self.surveys)[0].table.reading)
        self._other_parts(content)
        self._readings(content, items)
        self._look(items)
        return content

    def _plain(self, items: Sequence[Survey]) -> dict[str, Any]:
        mapped = plain.PlainItems(items[0], self._known, CustomFields(self._known))
        mapped.map()
        self.plain = mapped
        self.problems += mapped.problems
        stem = items[0].table.path.stem
        content = plain.content(mapped, stem[:120] or "Table", _source(stem))
        content["items"]["file"] = _files(items)
        return content

    def _from_links(self) -> dict[str, Any]:
        """Nothing but links: the items are known by their names alone."""
        links = next((i for i, role in enumerate(self.roles) if role.part == "links"), None)
        if links is None:
            self.roles[0] = Role("items", 0.3, {})
            return self._plain([self.surveys[0]])
        stem, start = self.surveys[links].table.path.stem, self.roles[links].columns["from"]
        values = self.surveys[links].named(start)
        jira = bool(values) and values[0].share("key") > 0.9
        self.problems.append("The files name items without telling of them: each is made with its key for a title.")
        return {
            "name": stem[:120], "source": "jira" if jira else _source(stem),
            "level": self._known.level("work_item" if jira else "feature"),
            "items": {"key": start, "fields": {"title": start}},
        }  # fmt: skip

    def _other_parts(self, content: dict[str, Any]) -> None:
        missing = not self._items()
        for one, role in zip(self.surveys, self.roles, strict=True):
            if role.part == "links":
                content["links"] = [*(content.get("links") or []), parts.links_content(one, role, missing=missing)]
            elif role.part == "records":
                content["records"] = [*(content.get("records") or []), parts.records_content(one, role)]
            elif role.part in {"people", "teams", "releases"} and not content.get(role.part):
                content[role.part] = parts.list_content(one, role)
            elif role.part == "history":
                self._history(content, one, role)

    def _history(self, content: dict[str, Any], one: Survey, role: Role) -> None:
        """The dated changes of fields that the items fill from columns of the same name."""
        by_column = {folded(str(column)): target for target, column in _columns(content)}
        linked = {
            f"custom.{part['key']}" for part in content.get("custom", []) if part.get("type") in {"person", "people"}
        }
        fields = {
            value: by_column[folded(value)]
            for column in one.named(role.columns["field"])
            for value in column.values or {}
            if folded(value) in by_column
        }
        told = {name: target for name, target in fields.items() if _can_be_dated(target, linked)}
        constant = [
            name
            for name in ("title", "level", "area")
            if name not in told.values() and (name != "title" or "title" in content["items"]["fields"])
        ]
        content["history"] = {
            "file": one.table.path.name, **role.columns, "ignore": ["*"], "constant": constant, "fields": told
        }  # fmt: skip

    def _drop_absent_sheets(self, content: dict[str, Any], table: Table) -> None:
        for part in ("links", "records"):
            content[part] = [one for one in content.get(part, []) if one.get("sheet", "") in {"", *table.sheets}]
        if content.get("history", {}).get("sheet", "") not in {"", *table.sheets}:
            content.pop("history", None)

    def _readings(self, content: dict[str, Any], items: Sequence[Survey]) -> None:
        main = content["reading"]
        others = {one.table.path.name: _reading(one.table.reading) for one in self.surveys}
        differ = {name: reading for name, reading in others.items() if reading != main}
        if differ and len(others) > 1:
            content["readings"] = differ

    def _look(self, items: Sequence[Survey]) -> None:
        """What a person should know before importing."""
        for one in self.surveys:
            name, table = one.table.path.name, one.table
            if one.problems:
                self.problems.append(f"{name}: {one.problems} of {one.count} rows cannot be read.")
            for part, found in table.sure.items():
                if found.sure < 0.6 and part in {"encoding", "delimiter", "header_row", "sheet", "day_first"}:
                    self.problems.append(f"{name}: {_SAID[part].format(found.value)}, but that is unsure: {found.why}.")
            if table.reading.format == "xlsx" and len(table.sheets) > 1:
                self.problems.append(f"{name}: only the sheet “{table.reading.sheet}” of {len(table.sheets)} is read.")


_CHANGING = re.compile(r"(?:19|20)\d{2}[-_.]?\d{0,2}[-_.]?\d{0,2}|\(\d+\)|[-_ ]v?\d+$|\bexport\b|\bcopy\b|\bfinal\b")
_SAID = {
    "encoding": "it is read as {}", "delimiter": "“{}” is taken for the separator", "sheet": "the sheet “{}” is taken",
    "header_row": "row {} is taken for the header", "day_first": "dates are read as {}",
}  # fmt: skip


def _can_be_dated(target: str, linked: set[str]) -> bool:
    return target not in {"description", "effort", "parent"} and not target.startswith("dim.") and target not in linked


def _columns(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for target, rule in content["items"]["fields"].items():
        column = rule.get("column") if isinstance(rule, dict) else rule
        found += [(target, one) for one in (column if isinstance(column, list) else [column]) if one]
    return found


def _alike(surveys: Sequence[Survey], items: Sequence[int]) -> list[int]:
    """The files with the columns that most have."""

    def like(one: int, other: int) -> bool:
        a, b = ({folded(name) for name in surveys[i].table.headers} for i in (one, other))
        return len(a & b) >= 0.6 * min(len(a), len(b))

    groups = [[other for other in items if like(one, other)] for one in items]
    return max(groups, key=lambda group: (len(group), sum(surveys[i].count for i in group)))


def _files(items: Sequence[Survey]) -> str | list[str]:
    names = [one.table.path.name for one in items]
    return names[0] if len(names) == 1 else names


def _source(stem: str) -> str:
    """The name space of the keys: the file's name without what changes from one export to the next."""
    plain_name = _CHANGING.sub(" ", stem.casefold())
    return re.sub(r"[^a-z0-9]+", "-", folded(plain_name)).strip("-")[:60] or "table"


def _reading(reading: Reading) -> dict[str, Any]:
    return {name: value for name, value in asdict(reading).items() if value not in ("", None)}


_ORDER = (
    "name", "source", "level", "lenient", "reading", "readings", "names", "teams", "people", "releases", "phases",
    "items", "links", "relations", "dependencies", "records", "accounts", "history", "dimensions", "custom",
)  # fmt: skip


def _ordered(content: dict[str, Any]) -> dict[str, Any]:
    """The parts of a recipe in the order in which one reads it."""
    return {name: content.get(name) for name in _ORDER}
