"""Where the cells of a recipe's fields stand in a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trimtab.integrations.files.reading import Table
from trimtab.integrations.files.rules import LinkColumn, Recipe, SkipRule


@dataclass(frozen=True, slots=True)
class Place:
    """The cells of one field: groups of positions, of which the first that is filled counts; a group is one list."""

    target: str
    groups: tuple[tuple[int, ...], ...]
    separator: str

    def cell(self, cells: Sequence[str]) -> str:
        """What the row says of the field; blank when nothing."""
        if len(self.groups) == 1:
            group = self.groups[0]
            return cells[group[0]] if len(group) == 1 else joined(cells, group, self.separator)
        return next((text for group in self.groups if (text := joined(cells, group, self.separator)).strip()), "")

    @property
    def positions(self) -> tuple[int, ...]:
        """All of its positions."""
        return tuple(position for group in self.groups for position in group)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the cells stand: of the key, of the tracker's key, of each field, of links and of other records."""

    keys: tuple[tuple[int, ...], ...]
    tracker: tuple[int, ...]
    url: tuple[int, ...]
    fields: tuple[Place, ...]
    links: tuple[tuple[LinkColumn, tuple[int, ...]], ...]
    records: tuple[tuple[str, tuple[str, ...], str, tuple[int, ...]], ...]
    skips: tuple[tuple[SkipRule, tuple[int, ...]], ...]
    born: tuple[int, ...]

    def key_of(self, cells: Sequence[str]) -> str:
        """The name of a row, of several columns joined by a dash; blank when one of them is."""
        if len(self.keys) == 1:
            return first(cells, self.keys[0]).strip()
        parts = [first(cells, positions).strip() for positions in self.keys]
        return "-".join(parts) if all(parts) else ""

    def skipped(self, cells: Sequence[str]) -> bool:
        """Whether the recipe says that the row is no item."""
        for rule, positions in self.skips:
            if rule.lone:
                if sum(map(bool, cells)) == 1 and not self.key_of(cells):
                    return True
            else:
                cell = first(cells, positions).strip()
                if cell in rule.values if rule.values else cell:
                    return True
        return False


def positions(recipe: Recipe, file: Table, name: str, *, needed: bool = False) -> tuple[int, ...]:
    """Where a column stands, under any name the recipe knows for it.

    Raises BadFile when it is missing, unless the recipe is lenient and it is not ``needed``.
    """
    for called in recipe.called(name):
        found = file.header.positions(called)
        if found:
            return found
    return () if recipe.lenient and not needed else file.header.require(name, file.path)


def find_columns(recipe: Recipe, file: Table) -> Columns:
    """Where the cells of the items stand in ``file``. Raises BadFile when a column is missing."""
    rule = recipe.items

    def find(name: str) -> tuple[int, ...]:
        return positions(recipe, file, name) if name else ()

    def groups(names: Iterable[str], *, needed: bool) -> tuple[tuple[int, ...], ...]:
        found = tuple(group for group in map(find, names) if group)
        if not found and needed:
            positions(recipe, file, next(iter(names)), needed=True)
        return found

    fields = [
        Place(one.target, groups(one.columns, needed=one.target == "title"), one.separator) for one in rule.fields
    ]
    links = [(one, tuple(p for name in one.columns for p in find(name))) for one in rule.links]
    records = [(one.target, one.parts, one.separator, find(one.column)) for one in recipe.records if one.column]
    return Columns(
        keys=tuple(positions(recipe, file, name, needed=True) for name in rule.keys),
        tracker=find(rule.tracker),
        url=find(rule.url),
        fields=tuple(
            place
            for place, one in zip(fields, rule.fields, strict=True)
            if place.groups or one.value is not None or not recipe.lenient
        ),
        links=tuple(one for one in links if one[1]),
        records=tuple(one for one in records if one[3]),
        born=find(recipe.history.born) if recipe.history is not None else (),
        skips=tuple((one, find(one.column)) for one in rule.skip if one.lone or find(one.column)),
    )


def learn(recipe: Recipe, file: Table, keys: dict[str, str], people: dict[str, str]) -> None:
    """Add to ``keys`` by which other name each row goes, and to ``people`` whom each id of an account means."""
    columns = find_columns(recipe, file)
    ids = positions(recipe, file, recipe.items.id) if recipe.items.id else ()
    pairs = [(positions(recipe, file, name), positions(recipe, file, id_)) for name, id_ in recipe.accounts]
    for row in file.rows():
        if row.problem:
            continue
        if (other := first(row.cells, ids).strip()) and (key := columns.key_of(row.cells)) and other != key:
            keys.setdefault(other, key)
        for names, accounts in pairs:
            for place, account in zip(names, accounts, strict=False):
                if (name := row.cells[place].strip()) and (id_ := row.cells[account].strip()):
                    people.setdefault(id_, name)


def first(cells: Sequence[str], places: tuple[int, ...]) -> str:
    """The first of the cells that is filled; blank when none is."""
    return next((cells[place] for place in places if cells[place]), "")


def joined(cells: Sequence[str], places: tuple[int, ...], separator: str) -> str:
    """Repeated columns are one list."""
    return separator.join(cells[place] for place in places if cells[place])
