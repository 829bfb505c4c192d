"""What of the roadmap can be talked about: what people call it, and who answers for it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from trimtab.collab import public as collab
from trimtab.collab.public import About
from trimtab.core.actors import Actor, Permission
from trimtab.core.query.database import fetch
from trimtab.core.query.lens import parameters, rel

_BOTH_ENDS = """
select d.id, i.owner_id from scoped.dependency d join scoped.item i on i.id in (d.from_item_id, d.to_item_id)
where d.id = any(%(ids)s) and i.owner_id is not null
"""
_OWN = "select id, owner_id from scoped.{} where id = any(%(ids)s) and owner_id is not null"
_NUMBER = "(select w.prefix from scoped.workspace w) || '-' || {}.number"


def _describer(entity: str, ref: str, title: str, joins: str = "") -> collab.Describe:
    statement = f"select r.id, {ref}, {title} from {{{entity}}} r{joins} where r.id = any(%(ids)s)"  # noqa: S608 - our names

    def describe(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, About]:
        actor.require(Permission.VIEW)
        relations = {name: rel(name, actor.lens) for name in ("item", "dependency", "release", "area", "launch")}
        found = fetch(statement.format(**relations), {"ids": list(ids), **parameters(actor.lens)})
        return {record: About(record, short, called) for record, short, called in found}

    return describe


def _owned(statement: str) -> collab.Owners:
    """Owners from a statement that gives (record, person) for ``%(ids)s``, as things are today."""

    def owners(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
        actor.require(Permission.VIEW)
        found: dict[UUID, set[UUID]] = {}
        for record, person in fetch(statement, {"ids": list(ids)}):
            found.setdefault(record, set()).add(person)
        return {record: frozenset(people) for record, people in found.items()}

    return owners


def _nobody(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
    actor.require(Permission.VIEW)
    return {}


def register() -> None:
    """Tell collaboration. Called when the app is ready."""
    collab.register_subject(
        "item",
        label="Item",
        describe=_describer("item", _NUMBER.format("r"), "r.title"),
        owners=_owned(_OWN.format("item")),
    )
    collab.register_subject(
        "dependency",
        label="Dependency",
        describe=_describer(
            "dependency",
            f"{_NUMBER.format('f')} || ' → ' || {_NUMBER.format('t')}",
            "f.title || ' → ' || t.title",
            " join {item} f on f.id = r.from_item_id join {item} t on t.id = r.to_item_id",
        ),
        owners=_owned(_BOTH_ENDS),
    )
    collab.register_subject("release", label="Release", describe=_describer("release", "''", "r.name"), owners=_nobody)
    collab.register_subject(
        "launch", label="Launch", describe=_describer("launch", "''", "r.name"), owners=_owned(_OWN.format("launch"))
    )
    collab.register_subject(
        "area", label="Product", describe=_describer("area", "''", "r.name"), owners=_owned(_OWN.format("area"))
    )
