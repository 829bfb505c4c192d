"""What several services ask of the values that they are given."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final

from trimtab.core.errors import Invalid

SLUG: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\Z")


def slug_of(name: str) -> str:
    """A key made from a name: lower case, without accents, dashes between words; ``x`` when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "x"


def check_slug(value: str, field: str) -> str:
    """Raises Invalid unless ``value`` is made of small letters, digits, single dashes and underscores."""
    if len(value) > 60 or not SLUG.match(value):
        raise Invalid(
            f"The {field} may hold small letters, digits, and dashes between them.",
            fields={field: "may hold small letters, digits, and dashes between them"},
        )
    return value


def check_name(value: str, field: str = "name") -> str:
    """The text without spaces around it. Raises Invalid when nothing is left."""
    if not value.strip():
        raise Invalid(f"The {field} is empty.", fields={field: "is empty"})
    return value.strip()


def only(changes: Mapping[str, object], allowed: Collection[str]) -> dict[str, object]:
    """The changes, each to a field that may be changed. Raises Invalid naming the others."""
    unknown = sorted(set(changes) - set(allowed))
    if unknown:
        raise Invalid("Some fields cannot be changed.", fields=dict.fromkeys(unknown, "cannot be changed"))
    return dict(changes)
