"""Values of custom fields in the one form in which they are kept. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from trimtab.core.errors import Invalid
from trimtab.core.models import FieldType

LINKED = {
    FieldType.PERSON: "person_id", FieldType.PEOPLE: "person_id", FieldType.TEAM: "team_id",
    FieldType.TEAMS: "team_id", FieldType.ITEMS: "item_id",
}  # fmt: skip
"""Which column of a link holds the values of a field type; the other types lie in the record itself."""
SINGLE = {FieldType.PERSON, FieldType.TEAM}


@dataclass(frozen=True, slots=True)
class FieldShape:
    """What decides how a value is kept. ``options`` are the allowed keys, in order."""

    id: UUID
    key: str
    type: FieldType
    options: tuple[str, ...] = ()


def canonical(shape: FieldShape, value: object) -> object:
    """``value`` as it is kept: text, number, ISO day, true or false, option key(s), or ids as a list of UUIDs.

    None, empty text and empty lists mean missing and give None. Raises Invalid.
    """
    if value is None or value in ("", [], ()):
        return None
    problem = _CHECKS[shape.type](shape, value)
    if isinstance(problem, _Problem):
        raise Invalid(f"{shape.key}: {problem.text}", fields={f"custom.{shape.key}": problem.text})
    return problem


@dataclass(frozen=True, slots=True)
class _Problem:
    text: str


def _text(shape: FieldShape, value: object) -> object:
    return value if isinstance(value, str) else _Problem("Text is expected.")


def _url(shape: FieldShape, value: object) -> object:
    if isinstance(value, str) and re.match(r"https?://\S+$", value):
        return value
    return _Problem("A web address is expected; it begins with http:// or https://.")


def _number(shape: FieldShape, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return _Problem("A number is expected.")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return _Problem("A number is expected.")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        return _Problem("The number is too large.")
    return int(number) if number == number.to_integral_value() else float(number)


def _date(shape: FieldShape, value: object) -> object:
    if isinstance(value, datetime):
        return _Problem("A day is expected, like 2026-07-31.")
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        return _Problem("A day is expected, like 2026-07-31.")


def _bool(shape: FieldShape, value: object) -> object:
    return value if isinstance(value, bool) else _Problem("Yes or no is expected.")


def _choice(shape: FieldShape, value: object) -> object:
    return value if value in shape.options else _Problem(f"One of these is expected: {', '.join(shape.options)}.")


def _choices(shape: FieldShape, value: object) -> object:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not set(given) <= set(shape.options):
        return _Problem(f"Some of these are expected: {', '.join(shape.options)}.")
    return [option for option in shape.options if option in given]


def _computed(shape: FieldShape, value: object) -> object:
    return _Problem("This field is computed: change what it is computed of.")


def _links(shape: FieldShape, value: object) -> object:
    given = [value] if isinstance(value, str | UUID) else value
    if not isinstance(given, list | tuple) or (shape.type in SINGLE and len(given) > 1):
        return _Problem("One reference is expected." if shape.type in SINGLE else "References are expected.")
    try:
        return list(dict.fromkeys(entry if isinstance(entry, UUID) else UUID(str(entry)) for entry in given))
    except ValueError:
        return _Problem("An id is expected.")


_CHECKS: Mapping[FieldType, Callable[[FieldShape, object], object]] = {
    FieldType.TEXT: _text, FieldType.URL: _url, FieldType.NUMBER: _number, FieldType.DATE: _date,
    FieldType.BOOL: _bool, FieldType.CHOICE: _choice, FieldType.CHOICES: _choices, FieldType.PERSON: _links,
    FieldType.PEOPLE: _links, FieldType.TEAM: _links, FieldType.TEAMS: _links, FieldType.ITEMS: _links,
    FieldType.FORMULA: _computed,
}  # fmt: skip
