"""Which part a file plays beside the items: links, comments and other records, people, teams, releases, history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trimtab.core import intake
from trimtab.core.intake import IntakeTarget
from trimtab.integrations.files.reading import Table
from trimtab.integrations.files.recognise.profile import Survey
from trimtab.integrations.files.words import concepts, folded

_LINK_WORDS: Mapping[str, tuple[str, bool]] = {
    "blocks": ("FS", False),
    "is blocked by": ("FS", True), "blocked by": ("FS", True), "depends on": ("FS", True),
    "depends": ("FS", True), "is depended on by": ("FS", False), "precedes": ("FS", False), "follows": ("FS", True),
    "predecessor": ("FS", False), "successor": ("FS", True), "requires": ("FS", True), "is required by": ("FS", False),
    "finish to start": ("FS", False), "finish start": ("FS", False), "fs": ("FS", False),
    "start to start": ("SS", False),
    "ss": ("SS", False), "finish to finish": ("FF", False), "ff": ("FF", False),
    "duplicates": ("duplicates", False), "is duplicated by": ("duplicates", True), "duplicate": ("duplicates", False),
    "supersedes": ("replaces", False), "is superseded by": ("replaces", True), "superseded by": ("replaces", True),
    "replaces": ("replaces", False), "is replaced by": ("replaces", True), "replaced by": ("replaces", True),
    "blockiert": ("FS", False), "wird blockiert von": ("FS", True), "hangt ab von": ("FS", True),
    "blokkeert": ("FS", False), "wordt geblokkeerd door": ("FS", True), "bloquea": ("FS", False),
    "esta bloqueada por": ("FS", True), "depende de": ("FS", True), "bloque": ("FS", False),
    "est bloque par": ("FS", True),
    "depend de": ("FS", True), "dupliziert": ("duplicates", False), "duplica": ("duplicates", False),
}  # fmt: skip
_FEW = 8


@dataclass(frozen=True, slots=True)
class Role:
    """What a file is, how sure, and its columns by what they are in that part."""

    part: str
    sure: float
    columns: Mapping[str, str]
    target: IntakeTarget | None = None


def role_of(table: Table, item_keys: Sequence[frozenset[str]], *, alone: bool) -> Role:
    """The likeliest part of a file. ``item_keys``: what other files call their items. ``alone``: there is no other."""
    found = [Role("items", 0.5, {})]
    found += filter(None, (_links(table), _history(table)))
    found += [role for target in intake.targets() if (role := _records(table, target)) is not None]
    if not alone:
        found += filter(None, (_list(table, "people"), _list(table, "teams"), _list(table, "releases")))
    return max(found, key=lambda role: role.sure)


def _column(table: Table, concept: str, but: Iterable[str] = ()) -> str | None:
    """The first column whose name may mean the concept."""
    offers = [
        (concepts(name).index(concept), place, name)
        for place, name in enumerate(table.headers)
        if concept in concepts(name) and name not in but
    ]
    return min(offers)[2] if offers else None


def _links(table: Table) -> Role | None:
    if len(set(table.headers)) > _FEW:
        return None
    end = _column(table, "link_to")
    start = _column(table, "link_from", (end or "",))
    if start is None or end is None:
        return None
    kind = _column(table, "link_type", (start, end))
    columns = {"from": start, "to": end} | ({"type": kind} if kind else {})
    return Role("links", 0.9 if kind else 0.7, columns)


def _history(table: Table) -> Role | None:
    names = {folded(name): name for name in table.headers}
    field = _first(names, "field", "changed field", "property", "feld", "campo", "champ", "veld")
    old = _first(
        names, "old", "old value", "from", "from string", "before", "alt", "alter wert", "oud", "anterior", "ancien"
    )
    new = _first(
        names, "new", "new value", "to", "to string", "after", "neu", "neuer wert", "nieuw", "nuevo", "nouveau"
    )
    at = _first(names, "at", "date", "changed at", "created", "when", "timestamp", "datum", "fecha", "datum", "time")
    key = _first(names, "key", "issue key", "item", "item key", "id", "ref", "schlussel", "clave", "cle", "sleutel")
    if not (field and old and new and at and key):
        return None
    actor = _first(names, "actor", "author", "by", "changed by", "user", "autor", "auteur")
    columns = {"key": key, "at": at, "field": field, "old": old, "new": new} | ({"actor": actor} if actor else {})
    return Role("history", 0.95, columns)


def _first(names: Mapping[str, str], *wanted: str) -> str | None:
    return next((names[name] for name in wanted if name in names), None)


def _records(table: Table, target: IntakeTarget) -> Role | None:
    """Whether a file holds records of another domain: all that they need is there, and little else."""
    names = {folded(name): name for name in table.headers}
    columns: dict[str, str] = {}
    for field in target.fields:
        called = _first(names, *(folded(name) for name in (*field.names, field.label, field.name)))
        if called is not None and called not in columns.values():
            columns[field.name] = called
    if not all(field.name in columns for field in target.fields if field.required):
        return None
    key = _first(
        names, "item key", "issue key", "item", "key", "issue", "ticket", "clave", "schlussel", "sleutel", "cle"
    )
    if target.on_item and (key is None or key in columns.values()):
        return None
    share = (len(columns) + bool(key)) / max(len(set(table.headers)), 1)
    named = any(folded(name) in folded(table.path.stem) for name in (*target.names, target.name))
    sure = 0.35 + 0.5 * share + (0.15 if named else 0)
    return Role("records", round(min(sure, 0.96), 2), ({"key": key} if key else {}) | columns, target)


_LISTS: Mapping[str, tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]] = {
    "people": (
        ("people", "person", "user", "member", "employee", "mitarbeiter", "medewerkers"),
        {"key": ("email", "name", "owner", "title"), "name": ("name", "title", "owner"), "email": ("email",)},
    ),
    "teams": (
        ("team", "squad", "gruppe", "equipo", "equipe"),
        {
            "key": ("team", "key", "title", "id"), "name": ("title", "team"), "kind": ("level",),
            "mission": ("description",),
        },
    ),
    "releases": (
        ("release", "version", "milestone", "fix_version", "meilenstein", "hito", "jalon", "mijlpaal"),
        {
            "key": ("release", "title", "key"), "name": ("title", "release"), "starts_on": ("start",),
            "released_on": ("end", "resolved"),
        },
    ),
}  # fmt: skip


def _list(table: Table, part: str) -> Role | None:
    """A list of people, teams or releases: the file is called so, and has few columns."""
    stems, wanted = _LISTS[part]
    stem = folded(table.path.stem)
    if len(set(table.headers)) > 15 or not any(word in stem for word in stems):
        return None
    columns: dict[str, str] = {}
    for field, options in wanted.items():
        called = next((name for concept in options if (name := _column(table, concept))), None)
        if called is not None:
            columns[field] = called
    if "key" not in columns:
        return None
    return Role(part, 0.85, columns)


def links_content(survey: Survey, role: Role, *, missing: bool) -> dict[str, Any]:
    """A file of links as a part of a recipe. ``missing``: ends that nothing carries are made."""
    content: dict[str, Any] = {
        "file": survey.table.path.name, "from": role.columns["from"], "to": role.columns["to"], "missing": missing
    }  # fmt: skip
    kind = role.columns.get("type")
    if kind is None:
        return content | {"fixed": "FS"}
    types: dict[str, Any] = {}
    for column in survey.named(kind):
        for value in column.values or {}:
            meant, reverse = _LINK_WORDS.get(folded(value), ("relates_to", False))
            types[value.strip()] = {"type": meant, "reverse": True} if reverse else meant
    types["*"] = "relates_to"
    return content | {"type": kind, "types": types}


def records_content(survey: Survey, role: Role) -> dict[str, Any]:
    """A file of another domain's records as a part of a recipe."""
    columns = {name: column for name, column in role.columns.items() if name != "key"}
    assert role.target is not None
    key = role.columns.get("key") or survey.table.headers[0]
    return {"target": role.target.name, "file": survey.table.path.name, "key": key, "columns": columns}


def list_content(survey: Survey, role: Role) -> dict[str, Any]:
    """A file of people, teams or releases as a part of a recipe."""
    return {"file": survey.table.path.name, **role.columns}
