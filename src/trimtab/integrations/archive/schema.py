"""In which shape data was written, and whether this version knows it."""

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from django.apps import apps

from trimtab.integrations.errors import NewerData
from trimtab.ops import schema as shape

OURS: Final = "trimtab."


def ours() -> list[str]:
    """The labels of our own apps."""
    return sorted(config.label for config in apps.get_app_configs() if config.name.startswith(OURS))


def applied(cursor: Any) -> dict[str, list[str]]:
    """The migrations that a database has seen, by app."""
    cursor.execute(
        "select app, array_agg(name::text order by name) from django_migrations where app = any (%s) group by app",
        [ours()],
    )
    return dict(cursor.fetchall())


def check(written: Mapping[str, list[str]], what: str) -> None:
    """Raises NewerData where ``what`` was written by a version that has migrations which this one does not know."""
    unknown = shape.unknown((app, name) for app, names in sorted(written.items()) for name in names)
    if unknown:
        raise NewerData(
            f"{what} was written by a newer Trimtab: this one does not know {unknown[0]}"
            + (f" and {len(unknown) - 1} more" if len(unknown) > 1 else "")
            + ". Install that version or a newer one, then try again; nothing was changed here.",
            unknown=unknown,
        )


def refuse_format(what: str, version: int) -> NoReturn:
    """Raises NewerData for a kind of file that only a newer version reads."""
    raise NewerData(f"{what} is of format {version}, which only a newer Trimtab reads. Install that, then try again.")
