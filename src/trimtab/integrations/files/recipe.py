"""What a file's columns mean: a recipe, written in TOML, read into frozen records.

Whatever cannot be used is refused with the line and the key it stands at.
"""

from collections.abc import Mapping
from pathlib import Path

from trimtab.integrations.files.reading import FORMATS, NO_HEADER, Reading
from trimtab.integrations.files.rules import (
    BUILT_IN,
    CATEGORIES,
    CUSTOM_TYPES,
    DEPENDENCY_TYPES,
    LINK_TYPES,
    LINKED_TYPES,
    RELATION_TYPES,
    RESERVED,
    CustomRule,
    DimensionRule,
    FieldRule,
    HistoryRule,
    ItemsRule,
    Layout,
    LinkColumn,
    LinksRule,
    LinkType,
    ListRule,
    PhaseRule,
    Recipe,
    RecordsRule,
    SkipRule,
)
from trimtab.integrations.files.toml_table import BadRecipe, Table, parse

__all__ = ["BadRecipe", "Recipe", "find", "load", "loads", "packaged"]

PACKAGED = Path(__file__).parent / "recipes"


def find(name: str) -> Path:
    """The recipe of this path, or the packaged one of this name, with or without ``.toml``. Raises BadRecipe."""
    given = Path(name)
    for path in (given, PACKAGED / given.name, PACKAGED / f"{given.name}.toml"):
        if path.is_file():
            return path
    along = ", ".join(sorted(path.name for path in PACKAGED.glob("*.toml")))
    raise BadRecipe(f"There is no recipe “{name}”: neither a file of this path nor one that comes along ({along}).")


def packaged() -> dict[str, Recipe]:
    """The recipes that come along, by name."""
    return {path.stem: load(str(path)) for path in sorted(PACKAGED.glob("*.toml"))}


def load(name: str) -> Recipe:
    """Read the recipe of this path or name. Raises BadRecipe."""
    path = find(name)
    try:
        return loads(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as wrong:
        raise BadRecipe(f"{path}: not UTF-8 text.") from wrong


def loads(text: str, where: str = "recipe") -> Recipe:
    """Read a recipe from its text; ``where`` names it in messages. Raises BadRecipe."""
    top = parse(text, where)
    customs = tuple(_custom(part) for part in top.tables("custom"))
    dimensions = tuple(_dimension(part) for part in top.tables("dimensions"))
    known = {*BUILT_IN, *(f"custom.{c.key}" for c in customs), *(f"dim.{d.key}" for d in dimensions)}
    items = _items(top.table("items"), known)
    history, reading = top.optional("history"), top.optional("reading") or top.optional("csv")
    linked = {f"custom.{custom.key}" for custom in customs if custom.type in LINKED_TYPES}
    recipe = Recipe(
        name=top.text("name"),
        source=top.text("source"),
        text=text,
        level=top.text("level"),
        reading=_reading(reading) if reading else Reading(header_row=1, decimal=".", day_first=True),
        items=items,
        phases=_phases(top.optional("phases")),
        customs=customs,
        dimensions=dimensions,
        teams=_list(top.optional("teams"), ("name", "kind", "mission", "parent")),
        releases=_list(top.optional("releases"), ("name", "starts_on", "released_on", "note")),
        relations=_links(top.optional("relations"), RELATION_TYPES),
        dependencies=_links(top.optional("dependencies"), DEPENDENCY_TYPES),
        history=_history(history, {rule.target for rule in items.fields}, linked) if history else None,
        people=_list(top.optional("people"), ("name", "email")),
        links=tuple(_some_links(part, LINK_TYPES) for part in top.tables("links")),
        records=tuple(_records(part) for part in top.tables("records")),
        lenient=top.flag("lenient", False),
        readings=_readings(top.optional("readings")),
        accounts=_accounts(top.optional("accounts")),
        names=_names(top.optional("names")),
        layout=_layout(top.optional("recognise")),
    )
    if not recipe.items.files and not any(rule.missing for rule in recipe.ties):
        top.table("items").refuse("file", "is missing.")
    top.done()
    return recipe


def _reading(table: Table) -> Reading:
    reading = Reading(
        format=table.choice("format", ("", *FORMATS), ""),
        encoding=table.text("encoding", ""),
        delimiter=table.text("delimiter", ""),
        quote=table.text("quote", ""),
        header_row=table.number("header_row", 1),
        sheet=table.text("sheet", ""),
        decimal=table.choice("decimal", (".", ","), "."),
        day_first=table.flag("day_first", True),
        language=table.text("language", ""),
    )
    for name in ("delimiter", "quote"):
        if len(getattr(reading, name)) > 1:
            table.refuse(name, "is a single character.")
    if reading.header_row < NO_HEADER:
        table.refuse("header_row", f"counts from 1; 0: find out; {NO_HEADER}: there is none.")
    table.done()
    return reading


def _readings(table: Table | None) -> Mapping[str, Reading]:
    return {name: _reading(table.table(name)) for name in table.names()} if table else {}


def _accounts(table: Table | None) -> tuple[tuple[str, str], ...]:
    return tuple(table.texts_here().items()) if table else ()


def _names(table: Table | None) -> Mapping[str, tuple[str, ...]]:
    return {name: table.one_or_more(name) for name in table.names()} if table else {}


def _layout(table: Table | None) -> Layout | None:
    if table is None:
        return None
    layout = Layout(
        table.text("label"), table.list("formats", ("csv", "tsv", "xlsx")), table.list("must"), table.list("signs")
    )
    table.done()
    return layout


def _items(table: Table, known: set[str]) -> ItemsRule:
    fields = table.table("fields")
    rules = tuple(_field(fields, name, known) for name in fields.names())
    if not any(rule.target == "title" for rule in rules):
        fields.refuse("title", "is missing: an item needs a title.")
    tracker = table.optional("tracker")
    items = ItemsRule(
        files=table.one_or_more("file") if table.has("file") else (),
        keys=table.one_or_more("key"),
        key_prefix=table.text("key_prefix", ""),
        url=table.text("url", ""),
        tracker=tracker.text("column") if tracker else "",
        tracker_source=tracker.text("source") if tracker else "",
        fields=rules,
        id=table.text("id", ""),
        skip=tuple(_skip(part) for part in table.tables("skip")),
        links=tuple(_link_column(part) for part in table.tables("links")),
    )
    if not items.keys:
        table.refuse("key", "is empty.")
    if tracker:
        tracker.done()
    table.done()
    return items


def _skip(table: Table) -> SkipRule:
    rule = SkipRule(table.text("column", ""), table.list("values"), table.flag("lone", False))
    if bool(rule.column) == rule.lone:
        table.refuse("", "needs either a column or “lone”, and not both.")
    table.done()
    return rule


def _link_column(table: Table) -> LinkColumn:
    rule = LinkColumn(
        table.one_or_more("column"),
        table.choice("type", LINK_TYPES, None),
        table.flag("reverse", False),
        table.text("separator", ";"),
    )
    table.done()
    return rule


def _records(table: Table) -> RecordsRule:
    rule = RecordsRule(
        target=table.text("target"),
        file=table.text("file", ""),
        sheet=table.text("sheet", ""),
        key=table.text("key", ""),
        columns=table.texts("columns"),
        column=table.text("column", ""),
        parts=table.list("parts"),
        separator=table.text("separator", ";"),
    )
    if bool(rule.column) == bool(rule.columns):
        table.refuse("", "needs either columns, or one column and its parts.")
    if bool(rule.column) != bool(rule.parts):
        table.refuse("parts", "go with a column.")
    if rule.columns and not rule.key:
        table.refuse("key", "is missing: which column names the item?")
    table.done()
    return rule


def _field(fields: Table, name: str, known: set[str]) -> FieldRule:
    if name not in known:
        fields.refuse(name, "is no field of an item.", among=known)
    if not isinstance(fields.raw(name), dict):
        return FieldRule(name, fields.one_or_more(name), None, create=name != "release")
    part = fields.table(name)
    columns = part.one_or_more("column") if part.has("column") else ()
    value = part.text("value", "")
    if bool(any(columns)) == bool(value):
        part.refuse("", "needs either a column or a value, and not both.")
    rule = FieldRule(
        target=name,
        columns=columns,
        value=value or None,
        default=part.text("default", ""),
        values=part.texts("values"),
        separator=part.text("separator", ";"),
        create=part.flag("create", name != "release"),
        update=part.flag("update", True),
        via=part.choice("via", ("", "release"), ""),
    )
    if rule.via and name not in {"start", "end"}:
        part.refuse("via", "is for start and end alone.")
    part.done()
    return rule


def _custom(table: Table) -> CustomRule:
    if table.raw("key") in RESERVED:
        table.refuse("key", "is the name of a built-in field.")
    custom = CustomRule(
        key=table.slug("key"),
        name=table.text("name", table.text("key")),
        type=table.choice("type", CUSTOM_TYPES, "text"),
        options=table.list("options"),
        unit=table.text("unit", ""),
    )
    table.done()
    return custom


def _dimension(table: Table) -> DimensionRule:
    dimension = DimensionRule(table.slug("key"), table.text("name", table.text("key")), table.flag("multiple", False))
    table.done()
    return dimension


def _phases(table: Table | None) -> Mapping[str, PhaseRule]:
    phases: dict[str, PhaseRule] = {}
    if table is None:
        return phases
    for written in table.names():
        if isinstance(table.raw(written), dict):
            part = table.table(written)
            phases[written] = PhaseRule(part.text("name", written), part.choice("category", CATEGORIES, None))
            part.done()
        else:
            phases[written] = PhaseRule(written, table.choice(written, CATEGORIES, None))
    table.done()
    return phases


def _list(table: Table | None, fields: tuple[str, ...]) -> ListRule | None:
    if table is None:
        return None
    rule = ListRule(
        file=table.text("file"),
        key=table.text("key"),
        columns={field: table.one_or_more(field) for field in fields if table.has(field)},
    )
    table.done()
    return rule


def _links(table: Table | None, types: tuple[str, ...]) -> LinksRule | None:
    return None if table is None else _some_links(table, types)


def _some_links(table: Table, types: tuple[str, ...]) -> LinksRule:
    written: dict[str, LinkType] = {}
    kinds = table.optional("types") or Table.blank()
    for name in kinds.names():
        if isinstance(kinds.raw(name), dict):
            part = kinds.table(name)
            written[name] = LinkType(part.choice("type", types, None), part.flag("reverse", False))
            part.done()
        else:
            written[name] = LinkType(kinds.choice(name, types, None), False)
    rule = LinksRule(
        file=table.text("file", ""),
        start=table.text("from"),
        end=table.text("to"),
        type=table.text("type", ""),
        raw=table.text("raw", ""),
        types=written,
        sheet=table.text("sheet", ""),
        fixed=table.choice("fixed", ("", *types), ""),
        missing=table.flag("missing", False),
        blank=table.flag("blank", False),
    )
    if bool(rule.fixed) == bool(rule.type):
        table.refuse("", "needs either a column with the type, or a fixed one.")
    if rule.type and not written:
        table.refuse("types", "is missing: what do the types as written mean?")
    if not rule.file and not rule.sheet:
        table.refuse("file", "is missing.")
    kinds.done()
    table.done()
    return rule


def _history(table: Table, filled: set[str], linked: set[str]) -> HistoryRule:
    fields = table.table("fields")
    mapped = {name: fields.one_or_more(name) for name in fields.names()}
    for name, targets in mapped.items():
        for target in targets:
            if target not in filled:
                fields.refuse(name, f"“{target}” is not filled by [items.fields].", among=filled)
            if target in UNDATED or target.startswith("dim.") or target in linked:
                fields.refuse(name, f"“{target}” lies in a table of its own: its past cannot be imported.")
    constant = table.list("constant", ("level", "area"))
    for name in constant:
        if name not in filled | {"level", "area"}:
            table.refuse("constant", f"“{name}” is not filled by [items.fields].", among=filled)
    told = {target for targets in mapped.values() for target in targets} | set(constant)
    if missing := {"title", "level"} - told:
        table.refuse("constant", f"lacks “{missing.pop()}”: it needs a history or to be constant.")
    rule = HistoryRule(
        file=table.text("file", ""),
        key=table.text("key"),
        at=table.text("at"),
        field=table.text("field"),
        old=table.text("old"),
        new=table.text("new"),
        actor=table.text("actor", ""),
        cause=table.texts("cause"),
        existence=table.text("existence", ""),
        ignore=table.list("ignore"),
        constant=constant,
        fields=mapped,
        sheet=table.text("sheet", ""),
        born=table.text("born", ""),
    )
    if not rule.file and not rule.sheet:
        table.refuse("file", "is missing.")
    table.done()
    return rule


UNDATED = frozenset({"description", "effort", "parent"})
"""Fields whose past an import cannot tell: they lie outside the item's row, or would need the parents' own past."""
