"""Fields that are computed: what is wrong with one before it is kept, help with writing it, and what names it."""

from dataclasses import dataclass, field
from typing import Any

from trimtab.core import ledger
from trimtab.core.actors import Actor, Permission
from trimtab.core.errors import Invalid
from trimtab.core.fields import formula, registry
from trimtab.core.fields.custom import stated_fields
from trimtab.core.fields.derived import Derived
from trimtab.core.fields.formula import FormulaProblem
from trimtab.core.fields.formula.functions import FUNCTIONS
from trimtab.core.fields.spec import FieldSpec
from trimtab.core.models import CustomField, FieldType
from trimtab.core.query import known_fields, rights
from trimtab.roadmap import queries
from trimtab.roadmap.models_rules import Confirmation, FreshnessRule, Layout

CANDIDATE = "this_field"
"""The key under which a formula is looked at that belongs to no field yet."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a formula gives: ``type`` and ``unit``, and the fields that it names; or what is wrong with it."""

    type: str | None = None
    unit: str | None = None
    fields: tuple[str, ...] = ()
    problems: tuple[FormulaProblem, ...] = field(default_factory=tuple)


def check_formula(actor: Actor, text: str, key: str = CANDIDATE) -> Checked:
    """What ``text`` would give as the formula of the item field ``key``, which need not be there yet.

    Raises Forbidden.
    """
    actor.require(Permission.VIEW)
    try:
        spec = _derived(actor, _row(key or CANDIDATE, text)).check(key or CANDIDATE)
    except FormulaProblem as wrong:
        return Checked(problems=(wrong,))
    if not rights.may_see(actor, spec):
        return Checked(problems=(FormulaProblem("It names a field that is confidential.", 0, len(text)),))
    return Checked(str(spec.kind), spec.unit, tuple(formula.names(formula.parse(text))))


def complete_formula(actor: Actor, text: str, cursor: int) -> tuple[int, list[Any]]:
    """Where what is typed begins, and the fields and functions that it may become. Raises Forbidden."""
    actor.require(Permission.VIEW)
    seen = [(name, spec.label) for name, spec in _usable(actor).items() if rights.may_see(actor, spec)]
    return formula.completed(text, cursor, seen)


def functions() -> list[dict[str, str]]:
    """What a formula may call, in the order of the reference."""
    return [{"name": name, "written": each.written, "said": each.said} for name, each in FUNCTIONS.items()]


def check_definition(actor: Actor, custom: CustomField) -> None:
    """Refuse a formula or a roll-up that cannot be computed. Raises Invalid with ``extra.problems``."""
    if (custom.type == FieldType.FORMULA) != bool(custom.formula):
        raise Invalid(
            "A formula field is computed: say of what.",
            fields={"formula": "A formula belongs to a field of type formula."},
        )
    if custom.rolls_up is not None and custom.type not in {FieldType.NUMBER, FieldType.DATE, FieldType.CHOICE}:
        raise Invalid(
            "Only numbers, days and choices roll up.", fields={"rolls_up": "Numbers, days and choices roll up."}
        )
    row = _row_of(custom)
    derived = _derived(actor, row)
    if custom.formula:
        try:
            derived.check(custom.key)
        except FormulaProblem as wrong:
            raise Invalid(wrong.message, fields={"formula": wrong.message}, problems=[wrong.as_json()]) from None
    if custom.rolls_up is not None and (problem := derived.rolled(custom.key).problem):
        raise Invalid(problem, fields={"rolls_up": problem})


def whole(name: str, value: Any) -> Any:
    """A roll-up with all its parts."""
    if name != "rolls_up" or value is None:
        return value
    return {"how": value["how"], "of": value.get("of"), "weight": value.get("weight")}


def follow_rename(actor: Actor, old: str, new: str) -> None:
    """Let everything that names the field ``old`` name it ``new``, inside the open change set: formulas, roll-ups,
    layouts, rules of freshness, confirmations."""
    if old == new:
        return
    for each in queries.custom_fields(actor).values():
        changes: dict[str, Any] = {}
        if each.formula:
            changes["formula"] = formula.renamed(each.formula, old, new)
        if each.rolls_up:
            changes["rolls_up"] = {name: new if value == old else value for name, value in each.rolls_up.items()}
        if changes:
            ledger.save(each, **changes)
    for rule in queries.rows(actor, FreshnessRule).filter(field=old):
        ledger.save(rule, field=new)
    for confirmation in queries.rows(actor, Confirmation).filter(field=old):
        ledger.save(confirmation, field=new)
    for layout in queries.rows(actor, Layout):
        ledger.save(layout, sections=_renamed_in(layout.sections, old, new))


def _renamed_in(sections: list[Any], old: str, new: str) -> list[Any]:
    def renamed(field: dict[str, Any]) -> dict[str, Any]:
        return field | {"field": new} if field["field"] == old else field

    return [section | {"fields": [renamed(field) for field in section["fields"]]} for section in sections]


def _usable(actor: Actor) -> dict[str, FieldSpec]:
    return {name: spec for name, spec in known_fields(actor, "item").items() if not spec.problem}


def _derived(actor: Actor, candidate: dict[str, Any]) -> Derived:
    rows = {each.key: _row_of(each) for each in queries.custom_fields(actor).values()}
    rows = {key: row for key, row in rows.items() if row["id"] != candidate["id"]} | {candidate["key"]: candidate}
    unit = queries.benefit_unit(actor)
    everything = [row | {"benefit": unit} for row in rows.values()]
    known = dict(registry.get("item").fields) | {
        name: spec for name, spec in known_fields(actor, "item").items() if not spec.custom
    }
    return Derived(everything, known, stated_fields(everything))


def _row(key: str, text: str) -> dict[str, Any]:
    return {
        "id": key, "key": key, "name": key, "type": FieldType.FORMULA, "options": [], "unit": "", "confidential": False,
        "indexed": False, "formula": text, "rolls_up": None, "guard": "",
    }  # fmt: skip


def _row_of(custom: CustomField) -> dict[str, Any]:
    return {
        "id": str(custom.id), "key": custom.key, "name": custom.name, "type": custom.type, "options": custom.options,
        "unit": custom.unit, "confidential": custom.confidential, "indexed": custom.indexed,
        "formula": custom.formula, "rolls_up": custom.rolls_up, "guard": f"{custom.entity}.custom.{custom.id}",
    }  # fmt: skip
