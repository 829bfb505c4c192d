"""What can be asked of the plan: the fields of items and of everything around them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from trimtab.core import guards
from trimtab.core.fields import registry
from trimtab.core.fields.custom import BENEFIT, custom_fields
from trimtab.core.fields.spec import FieldKind as K
from trimtab.core.fields.spec import FieldProvider, FieldSpec, Join, Key, Link, Search, source
from trimtab.roadmap import source_delivery, source_ties
from trimtab.roadmap.models import Category, Health, Horizon, Precision, RelationType
from trimtab.roadmap.source_health import FIELDS, HORIZONS
from trimtab.roadmap.source_health import JOINS as HEALTH_JOINS
from trimtab.roadmap.source_parts import BY_NAME as _BY_NAME
from trimtab.roadmap.source_parts import BY_POSITION as _BY_POSITION
from trimtab.roadmap.source_parts import choice as _choice
from trimtab.roadmap.source_parts import common as _common
from trimtab.roadmap.source_parts import keyed as _keyed
from trimtab.roadmap.source_parts import number as _number
from trimtab.roadmap.source_parts import plain as _plain
from trimtab.roadmap.source_parts import ref as _ref
from trimtab.roadmap.source_parts import text as _text
from trimtab.roadmap.source_rules import RULES


def _precise(name: str, label: str, row: str, column: str, **more: Any) -> list[FieldSpec]:
    precision = f"{row}.{column}_precision"
    day = FieldSpec(
        name,
        label,
        K.DATE,
        f"{row}.{column}_on",
        parts=(precision,),
        order=(Key(f"{row}.{column}_on", "date", walked=True), Key(f"({precision} is null)", "boolean", False, True)),
        **more,
    )
    left, dot, right = name.partition(".")
    exactness = _choice(f"{left}.precision{dot}{right}", f"{label} precision", Precision, precision, **more)
    return [day, exactness]


def _timeframe() -> FieldSpec:
    parts = ("{r}.start_on", "{r}.start_precision", "{r}.end_on", "{r}.end_precision")
    start, start_precision, end, end_precision = parts
    named = zip(("start", "start_precision", "end", "end_precision"), parts, strict=True)
    # JSON as plain text, "" for null: building it as JSON takes three times as long, and a page has thousands.
    texts = """, '",', """.join(f"""'"{name}":"', {part}""" for name, part in named)
    written = f"""concat('{{', {texts}, '"}}')"""
    return FieldSpec(
        "timeframe",
        "Timeframe",
        K.TIMEFRAME,
        f"coalesce({start}, {end})",
        column=f"(case when {start_precision} is null and {end_precision} is null then null else {written} end)",
        parts=parts,
        order=(
            Key(f"coalesce({start}, {end})", "date"),
            Key(f"({start_precision} is null and {end_precision} is null)", "boolean", False, True),
            Key(end, "date"),
        ),
    )


def _rolled() -> Iterable[FieldSpec]:
    more: dict[str, Any] = {"joins": ("rollup",), "rolls_up": "children"}
    yield _number("children", "Children", "coalesce({rollup}.children, 0)", joins=("rollup",), nullable=False)
    yield _number("effort.rolled", "Effort from children", "{rollup}.effort", unit="person-days", **more)
    yield from _precise("start.rolled", "Start from children", "{rollup}", "start", **more)
    yield from _precise("end.rolled", "End from children", "{rollup}", "end", **more)
    yield _number("progress.rolled", "Progress from children", "{rollup}.progress", unit="%", **more)
    yield _choice("health.rolled", "Health from children", Health, "{rollup}.health", **more)
    missing = (
        "(case when {rollup}.id is null then null else json_build_object('effort', {rollup}.missing_effort,"
        " 'dates', {rollup}.missing_dates, 'health', {rollup}.missing_health) end)"
    )
    yield FieldSpec("missing.rolled", "Missing below", K.JSON, missing, sortable=False, **more)


def _item_fields() -> list[FieldSpec]:
    return [
        FieldSpec(
            "ref",
            "Ref",
            K.SELF,
            "{r}.id",
            "(%(prefix)s::text || '-' || {r}.number)",
            entity="item",
            order=(Key("{r}.number", "integer", nullable=False),),
            nullable=False,
        ),
        _text("key", "Key", order=(Key("{r}.key", "text", walked=True),)),
        FieldSpec("title", "Title", K.PROSE, "{r}.title", nullable=False),
        FieldSpec("text", "Description", K.WORDS, "{body}.body", joins=("body",), sortable=False),
        _ref("level", "Level", "level", nullable=False),
        _ref("area", "Area", "area", below=True),
        _ref("parent", "Parent", "item"),
        _ref("phase", "Phase", "phase"),
        _choice("phase.category", "Phase category", Category, "{phase}.category", joins=("phase",)),
        _ref("owner", "Owner", "person"),
        _ref("team", "Team", "team", below=True),
        _timeframe(),
        *_precise("start", "Start", "{r}", "start"),
        *_precise("end", "End", "{r}", "end"),
        _choice("health", "Health", Health, rolls_up="worst"),
        FieldSpec("health.note", "Health note", K.PROSE, "{r}.health_note"),
        _number("benefit", "Benefit", unit=BENEFIT, order=(Key("{r}.benefit", "numeric", walked=True),)),
        _choice("horizon", "Horizon", Horizon),
        FieldSpec("tags", "Tags", K.TAGS, "{r}.tags", sortable=False),
        _ref("release", "Release", "release"),
        *source_delivery.OF_ITEMS,
        _number("progress", "Progress", unit="%", rolls_up="by effort"),
        _number("effort", "Effort", "{rollup}.own_effort", joins=("rollup",), unit="person-days", rolls_up="sum"),
        FieldSpec("review", "To review", K.JSON, "{r}.review", sortable=False),
        FieldSpec("rank", "Rank", K.TEXT, "{r}.rank", order=(Key("{r}.rank", "text", nullable=False),), nullable=False),
        *_common(),
        *_rolled(),
        *FIELDS,
        *HORIZONS,
    ]


def _dimensions(rows: list[dict[str, Any]], known: Mapping[str, FieldSpec]) -> list[FieldSpec]:
    return [
        FieldSpec(
            f"dim.{row['key']}",
            row["name"],
            K.REFS if row["multiple"] else K.REF,
            entity="dimension_value",
            within=f"{{r}}.dimension_id = '{row['id']}'",
            link=Link("item_value", "item_id", "value_id", f"dimension_id = '{row['id']}'"),
            sortable=False,
            alias=row["key"],
            guards=(f"item.dim.{row['id']}",),
        )
        for row in rows
    ]


DIMENSIONS = FieldProvider(
    "select coalesce(json_agg(json_build_object('id', id, 'key', key, 'name', name, 'multiple', multiple)"
    " order by position, key), '[]') from scoped.dimension",
    _dimensions,
)

ITEM = source(
    "item",
    "Items",
    "{r}.title",
    _item_fields(),
    joins={
        "rollup": Join("item_rollup", "{rollup}.id = {r}.id"),
        "body": Join("item_text", "{body}.id = {r}.id"),
        "phase": Join("phase", "{phase}.id = {r}.phase_id"),
        **HEALTH_JOINS,
    },
    match="({r}.key = {raw} or {r}.number = {number})",
    written="(%(prefix)s::text || '-' || {r}.number)",
    table="roadmap_item",
    parent="parent_id",
    ladder=("level_id", "level"),
    order=(Key('lower({r}.title collate "C")', "text", nullable=False),),
    default_sort=(("rank", False),),
    search=Search("{r}.title", "item_text", "tsv", guard="item.text"),
    providers=(DIMENSIONS, custom_fields("item"), RULES),
)


SOURCES = [
    ITEM,
    _plain(
        "area",
        "Areas",
        [
            FieldSpec("name", "Name", K.PROSE, "{r}.name", nullable=False),
            _ref("parent", "Parent", "area", below=True),
            _ref("owner", "Owner", "person"),
            FieldSpec(
                "rank", "Rank", K.TEXT, "{r}.rank", order=(Key("{r}.rank", "text", nullable=False),), nullable=False
            ),
        ],
        parent="parent_id",
        order=(Key("{r}.rank", "text", nullable=False), *_BY_NAME),
        default_sort=(("rank", False), ("name", False)),
    ),
    _plain(
        "person",
        "People",
        [
            FieldSpec("name", "Name", K.PROSE, "{r}.name", nullable=False),
            _text("email", "E-mail", nullable=False),
            _text("title", "Title", nullable=False),
            FieldSpec("active", "Active", K.BOOL, "{r}.active", nullable=False),
            FieldSpec("placeholder", "Placeholder", K.BOOL, "{r}.placeholder", nullable=False),
        ],
        match="(lower({r}.name) = {word} or lower({r}.email) = {word})",
        order=_BY_NAME,
        default_sort=(("name", False),),
    ),
    _keyed(
        "team",
        "Teams",
        _text("kind", "Kind", nullable=False),
        FieldSpec("mission", "Mission", K.PROSE, "{r}.mission", nullable=False),
        _ref("parent", "Parent", "team", below=True),
        FieldSpec("review", "To review", K.JSON, "{r}.review", sortable=False),
        written="{r}.name",
        parent="parent_id",
    ),
    _keyed(
        "level",
        "Levels",
        _number("rank", "Rank", nullable=False),
        order=(Key("(-{r}.rank)", "integer", nullable=False),),
        default_sort=(("rank", True),),
    ),
    _keyed(
        "track",
        "Tracks",
        FieldSpec("primary", "Primary", K.BOOL, '{r}."primary"', nullable=False),
        _number("position", "Position", nullable=False),
        order=_BY_POSITION,
        default_sort=(("position", False),),
    ),
    _keyed(
        "phase",
        "Phases",
        _ref("track", "Track", "track", nullable=False),
        _choice("category", "Category", Category, nullable=False),
        _number("position", "Position", nullable=False),
        FieldSpec("review", "To review", K.JSON, "{r}.review", sortable=False),
        shown="json_build_object('name', {r}.name, 'category', {r}.category)",
        order=_BY_POSITION,
        default_sort=(("position", False),),
    ),
    _keyed(
        "dimension",
        "Dimensions",
        FieldSpec("multiple", "Several values", K.BOOL, "{r}.multiple", nullable=False),
        _number("position", "Position", nullable=False),
        order=_BY_POSITION,
        default_sort=(("position", False),),
    ),
    _keyed(
        "dimension_value",
        "Dimension values",
        _ref("dimension", "Dimension", "dimension", nullable=False),
        _text("color", "Colour", nullable=False),
        _number("target_share", "Target share"),
        _number("position", "Position", nullable=False),
        order=_BY_POSITION,
        default_sort=(("position", False),),
    ),
    _plain(
        "relation",
        "Relations",
        [
            _ref("from", "From", "item", "from_item_id", nullable=False),
            _ref("to", "To", "item", "to_item_id", nullable=False),
            _choice("type", "Type", RelationType, nullable=False),
        ],
        name="{r}.type",
        match="false",
        default_sort=(("created", False),),
    ),
    _plain(
        "estimate",
        "Estimates",
        [
            _ref("item", "Item", "item", nullable=False),
            _ref("team", "Team", "team", below=True),
            _number("low", "Low", unit="person-days"),
            _number("likely", "Likely", unit="person-days", nullable=False),
            _number("high", "High", unit="person-days"),
        ],
        name="{r}.likely::text",
        match="false",
        default_sort=(("created", False),),
    ),
]


def register() -> None:
    """Tell the registry. Called when the app is ready."""
    for each in (*SOURCES, *source_ties.SOURCES, *source_delivery.SOURCES):
        registry.register(replace(each, fields={name: _guarded(each.entity, f) for name, f in each.fields.items()}))


def _guarded(entity: str, field: FieldSpec) -> FieldSpec:
    guard = f"{entity}.{guards.ANY}" if field.name == "review" else guards.of_field(entity, field.name)
    return replace(field, guards=(*field.guards, guard) if guard else field.guards)
