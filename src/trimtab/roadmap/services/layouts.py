"""What items show and must have: layouts by level and area."""

from typing import Any
from uuid import UUID

from trimtab.core.actors import Actor
from trimtab.core.errors import Invalid
from trimtab.core.query import known_fields
from trimtab.roadmap.layouts import FROM, LayoutRule, resolve, rule_of
from trimtab.roadmap.models import Area
from trimtab.roadmap.models_rules import Layout
from trimtab.roadmap.queries import seen

MOST_SECTIONS = 30
MOST_FIELDS = 100


def check_layout(actor: Actor, layout: Layout) -> None:
    """Refuse a layout that names a field twice, or one that is not there. Raises Invalid."""
    known = known_fields(actor, "item")
    named: set[str] = set()
    if len(layout.sections) > MOST_SECTIONS or sum(len(each["fields"]) for each in layout.sections) > MOST_FIELDS:
        raise _refused(f"A layout has at most {MOST_SECTIONS} sections and {MOST_FIELDS} fields.")
    for section in layout.sections:
        for field in section["fields"]:
            _check_field(field, known, named)


def whole(name: str, value: Any) -> Any:
    """Sections with all parts of their fields."""
    if name != "sections":
        return value
    return [
        {
            "name": section["name"],
            "fields": [
                {"field": each["field"], "required": each.get("required"), "hidden": bool(each.get("hidden"))}
                for each in section["fields"]
            ],
        }
        for section in value
    ]


def _check_field(field: dict[str, Any], known: dict[str, Any], named: set[str]) -> None:
    name = field["field"]
    if name not in known:
        raise _refused(f"There is no field {name}.")
    if name in named:
        raise _refused(f"{known[name].label} is there twice.")
    named.add(name)
    if field.get("required") not in {None, *FROM}:
        raise _refused(f"A field is required {', '.join(FROM)}.")
    if field.get("required") and (known[name].formula or known[name].brings):
        raise _refused(f"{known[name].label} is computed: require what it is computed of.")


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"sections": message})


def layout_of(actor: Actor, level_id: UUID, area_id: UUID | None) -> LayoutRule | None:
    """The layout that items of a level in an area have, as the actor's lens sees it; None where nobody made one."""
    layouts = [
        rule_of({"id": each.id, "level_id": each.level_id, "area_id": each.area_id, "sections": each.sections})
        for each in seen(actor, Layout, "layout")
    ]
    if not layouts:
        return None
    parents = {area.id: area.parent_id for area in seen(actor, Area, "area")}
    return resolve(layouts, parents, level_id, area_id)
