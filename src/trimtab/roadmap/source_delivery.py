"""What can be asked of releases, increments, launches and baselines, and of items in them."""

from typing import Final

from trimtab.core.fields.spec import FieldKind as K
from trimtab.core.fields.spec import FieldSpec, Key, Link, Source
from trimtab.roadmap.models import Precision, ReleaseState
from trimtab.roadmap.models_delivery import IncrementKind, LaunchState, Verdict
from trimtab.roadmap.source_parts import BY_NAME, choice, day, keyed, number, plain, ref

_SHIPPED = (
    "coalesce({r}.state, case when {r}.released_on is null then null when {r}.released_on < %(today)s::date"
    " then 'released' else 'planned' end)"
)
_PRECISION = "(case when {r}.released_on is not null then coalesce({r}.released_precision, 'day') end)"

OF_ITEMS: Final = (
    FieldSpec(
        "increment",
        "Increment",
        K.REFS,
        entity="increment",
        link=Link("item_increment", "item_id", "increment_id"),
        sortable=False,
    ),
    FieldSpec(
        "launch", "Launch", K.REFS, entity="launch", link=Link("launch_item", "item_id", "launch_id"), sortable=False
    ),
)
"""Fields of an item."""

SOURCES: Final[list[Source]] = [
    keyed(
        "release",
        "Releases",
        ref("area", "Area", "area", below=True),
        day("starts", "Starts", "starts_on"),
        FieldSpec(
            "released",
            "Released",
            K.DATE,
            "{r}.released_on",
            parts=(_PRECISION,),
            order=(Key("{r}.released_on", "date"),),
        ),
        choice("released.precision", "Released: precision", Precision, _PRECISION),
        choice("state", "State", ReleaseState, _SHIPPED),
        FieldSpec(
            "overdue",
            "Overdue",
            K.BOOL,
            "(({r}.state = 'planned' and {r}.released_on < %(today)s::date) is true)",
            nullable=False,
        ),
        FieldSpec("note", "Note", K.PROSE, "{r}.note", nullable=False),
        order=(Key("{r}.released_on", "date"), *BY_NAME),
        default_sort=(("released", False), ("name", False)),
    ),
    keyed(
        "increment",
        "Increments",
        choice("kind", "Kind", IncrementKind, nullable=False),
        ref("team", "Team", "team", below=True),
        day("starts", "Starts", "starts_on", nullable=False),
        day("ends", "Ends", "ends_on", nullable=False),
        FieldSpec(
            "current",
            "Current",
            K.BOOL,
            "(%(today)s::date between {r}.starts_on and {r}.ends_on)",
            nullable=False,
        ),
        FieldSpec("goal", "Goal", K.PROSE, "{r}.goal", nullable=False),
        order=(Key("{r}.starts_on", "date", nullable=False), *BY_NAME),
        default_sort=(("starts", False), ("name", False)),
    ),
    plain(
        "launch",
        "Launches",
        [
            FieldSpec("name", "Name", K.PROSE, "{r}.name", nullable=False),
            number("tier", "Tier", nullable=False),
            choice("state", "State", LaunchState, nullable=False),
            ref("area", "Area", "area", below=True),
            ref("owner", "Owner", "person"),
            day("start", "Start", "start_on"),
            day("end", "End", "end_on"),
            FieldSpec("audiences", "Audiences", K.TAGS, "{r}.audiences", sortable=False),
            choice("verdict", "Go or no-go", Verdict),
            ref("decided_by", "Decided by", "person"),
            FieldSpec("decided", "Decided", K.INSTANT, "{r}.decided_at"),
            FieldSpec("verdict.reason", "Why", K.PROSE, "{r}.verdict_reason"),
        ],
        order=BY_NAME,
        default_sort=(("end", False), ("name", False)),
    ),
    plain(
        "snapshot",
        "Baselines",
        [
            FieldSpec("name", "Name", K.PROSE, "{r}.name", nullable=False),
            FieldSpec("at", "At", K.INSTANT, "{r}.at", nullable=False),
            FieldSpec("note", "Note", K.PROSE, "{r}.note", nullable=False),
        ],
        order=BY_NAME,
        default_sort=(("at", True),),
    ),
]
