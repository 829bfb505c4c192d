"""Tells a person what a proposal does with each column, and why."""

from collections.abc import Sequence

from trimtab.integrations.files.reading import Header
from trimtab.integrations.files.recognise.names import Names
from trimtab.integrations.files.recognise.parts import Role
from trimtab.integrations.files.recognise.plain import PlainItems
from trimtab.integrations.files.recognise.profile import Profile, Survey
from trimtab.integrations.files.recognise.proposal import ColumnProposal, FileProposal, LayoutScore
from trimtab.integrations.files.rules import Recipe


def describe(one: Survey, role: Role, recipe: Recipe, layout: LayoutScore, mapped: PlainItems | None) -> FileProposal:
    """What becomes of a file."""
    targets = _of_items(one, recipe) if role.part == "items" else _of_part(role)
    own = mapped if mapped is not None and mapped.survey is one else None
    columns = tuple(_column(column, role, targets.get(column.name, ()), layout, own) for column in one.columns)
    table = one.table
    return FileProposal(
        name=table.path.name,
        part=role.target.name if role.target is not None else role.part,
        reading=table.reading,
        sure=table.sure,
        sheets=table.sheets,
        columns=columns,
        rows=one.rows,
        count=one.count,
        cut=one.cut,
    )


def _of_items(one: Survey, recipe: Recipe) -> dict[str, tuple[str, ...]]:
    return targets_of(one.table.headers, recipe)


def targets_of(headers: Sequence[str], recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """What a recipe does with each column of a file of items that has these names."""
    header = Header(tuple(headers))
    names, items = Names(header), recipe.items
    pairs = [(name, "key") for name in items.keys] + [(items.id, "id"), (items.url, "url")]
    pairs += [(name, rule.target) for rule in items.fields for name in rule.columns]
    pairs += [(name, f"link.{link.type}") for link in items.links for name in link.columns]
    pairs += [(rule.column, rule.target) for rule in recipe.records if rule.column]
    pairs += [(account, "account") for pair in recipe.accounts for account in pair[1:]]
    found: dict[str, list[str]] = {}
    for name, target in pairs:
        called = names.find(recipe, name) if name else None
        if called is not None:
            for position in header.positions(called):
                listed = found.setdefault(headers[position], [])
                if target not in listed:
                    listed.append(target)
    return {name: tuple(listed) for name, listed in found.items()}


def _of_part(role: Role) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for target, column in role.columns.items():
        found[column] = (*found.get(column, ()), target)
    return found


def _column(
    column: Profile, role: Role, targets: tuple[str, ...], layout: LayoutScore, mapped: PlainItems | None
) -> ColumnProposal:
    sure, why = 0.9, "the other columns make it so"
    meaning = mapped.meanings.get(column.position) if mapped is not None else None
    if not targets:
        sure, why = (0.9, "it is blank") if not column.total else (0.5, "it says nothing that is kept here")
    elif meaning is not None:
        sure, why = meaning.sure, meaning.why
    elif layout.name and role.part == "items":
        named = not (targets[0].startswith("custom.") and mapped is None and len(targets) == 1)
        sure, why = (0.95, f"{layout.label} calls it so") if named else (0.7, "it is kept as a field of its own")
    elif mapped is not None and targets[0].startswith("custom."):
        sure, why = 0.5, "no field here is made for it: it is kept as one of its own"
    elif role.part != "items":
        sure, why = role.sure, f"the file looks like one of {role.part}"
    return ColumnProposal(
        column.position, column.name, targets, round(sure, 2), why, column.kind, column.total, tuple(column.samples)
    )
