"""What can be asked of the ties between items, and how each of them stands."""

from typing import Final

from trimtab.core.fields.spec import FieldKind as K
from trimtab.core.fields.spec import FieldSpec, Join, Key, Option, Source
from trimtab.roadmap.agreements import REASONS
from trimtab.roadmap.models import DependencyState, DependencyType, Precision, Standing
from trimtab.roadmap.source_parts import choice, number, options, plain, ref

_TODAY: Final = "%(today)s::date"
JOINS: Final = {
    "giving": Join("item", "{giving}.id = {r}.from_item_id"),
    "giving_phase": Join("phase", "{giving_phase}.id = {giving}.phase_id"),
    "needing": Join("item", "{needing}.id = {r}.to_item_id"),
    "needing_phase": Join("phase", "{needing_phase}.id = {needing}.phase_id"),
}
_STATED = "(case when {r}.state in ('at_risk', 'broken', 'met') then 'agreed' else {r}.state end)"
"""Long ago people stated by hand what is computed now; the past still says so."""
_DEADLINE = (
    "roadmap_dependency_deadline({r}.type, {r}.lag_days, {r}.needed_by, {needing}.start_on,"
    " {needing}.start_precision, {needing}.end_on)"
)
_REASONS = (
    f"roadmap_dependency_reasons({_STATED}, {{r}}.type, {{r}}.promised_by, {_DEADLINE}, {{giving_phase}}.category,"
    " {giving}.health, {giving}.start_on, {giving}.start_precision, {giving}.end_on, {giving}.end_precision,"
    f" {{needing_phase}}.category, {_TODAY})"
)
STANDING = f"roadmap_dependency_standing({_STATED}, {_REASONS})"
_DAYS_LATE = (
    f"roadmap_dependency_days_late({_STATED}, {{r}}.type, {{r}}.promised_by, {{r}}.promised_precision, {_DEADLINE},"
    " {giving_phase}.category, {giving}.start_on, {giving}.end_on, {giving}.end_precision, {needing_phase}.category,"
    f" {_TODAY})"
)


def _by(name: str, label: str) -> list[FieldSpec]:
    """A day until which, as exact as it was meant."""
    precision = f"(case when {{r}}.{name}_by is not null then coalesce({{r}}.{name}_precision, 'day') end)"
    day = FieldSpec(
        f"{name}_by", label, K.DATE, f"{{r}}.{name}_by", parts=(precision,), order=(Key(f"{{r}}.{name}_by", "date"),)
    )
    return [day, choice(f"{name}_by.precision", f"{label}: precision", Precision, precision)]


DEPENDENCY = plain(
    "dependency",
    "Dependencies",
    [
        FieldSpec("dependency", "Dependency", K.SELF, "{r}.id", entity="dependency", sortable=False, nullable=False),
        ref("from", "From", "item", "from_item_id", nullable=False),
        ref("to", "To", "item", "to_item_id", nullable=False),
        FieldSpec("from.owner", "Giving owner", K.REF, "{giving}.owner_id", entity="person", joins=("giving",)),
        FieldSpec("to.owner", "Needing owner", K.REF, "{needing}.owner_id", entity="person", joins=("needing",)),
        FieldSpec("from.team", "Giving team", K.REF, "{giving}.team_id", entity="team", joins=("giving",), below=True),
        FieldSpec("to.team", "Needing team", K.REF, "{needing}.team_id", entity="team", joins=("needing",), below=True),
        choice("type", "Type", DependencyType, nullable=False),
        number("lag_days", "Lag in days", nullable=False),
        *_by("needed", "Needed by"),
        *_by("promised", "Promised by"),
        *_by("proposed", "Proposed by"),
        FieldSpec("reason", "Reason", K.PROSE, "{r}.reason"),
        choice("state", "Stated", DependencyState, _STATED, nullable=False),
        FieldSpec(
            "standing",
            "Standing",
            K.CHOICE,
            STANDING,
            options=options(Standing),
            joins=tuple(JOINS),
            nullable=False,
        ),
        FieldSpec(
            "standing.reasons",
            "Reasons of the standing",
            K.CHOICES,
            f"to_jsonb({_REASONS})",
            options=tuple(Option(code, label) for code, label in REASONS.items()),
            joins=tuple(JOINS),
            sortable=False,
        ),
        number("days_late", "Days late, at least", _DAYS_LATE, unit="days", joins=tuple(JOINS)),
    ],
    joins=JOINS,
    name="{r}.type",
    match="false",
    default_sort=(("created", False),),
)

SOURCES: Final[list[Source]] = [DEPENDENCY]
