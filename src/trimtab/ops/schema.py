"""Which shape data has, by the migrations it has seen, and whether this version knows them all."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import psycopg

from trimtab.ops.cluster import DatabaseTrouble

Migration = tuple[str, str]
"""An app and a name."""

_PACKAGE: Final = Path(__file__).parents[1]
_THERE: Final = "select to_regclass('public.django_migrations') is not null"
_APPLIED: Final = "select app, name from public.django_migrations order by id"


class NewerData(DatabaseTrouble):
    """The data was written by a newer version; the text says what to do."""


def known() -> set[Migration]:
    """The migrations of our own apps that this version has."""
    return {(path.parent.parent.name, path.stem) for path in _PACKAGE.glob("*/migrations/[0-9]*.py")}


def applied(connection: "psycopg.Connection[Any]") -> list[Migration]:
    """The migrations that a database has seen, in their order; none in an empty one."""
    there = connection.execute(_THERE).fetchone()
    if there is None or not there[0]:
        return []
    return [(str(app), str(name)) for app, name in connection.execute(_APPLIED)]


def unknown(migrations: Iterable[Migration]) -> list[str]:
    """Those of our own apps that this version does not know, as ``app.name``."""
    ours = known()
    apps = {app for app, _ in ours}
    return [f"{app}.{name}" for app, name in migrations if app in apps and (app, name) not in ours]


def explain(what: str, names: list[str]) -> str:
    """Why ``what`` is refused, and the way out."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (
        f"{what} was written by a newer Trimtab: this version does not know {names[0]}{more}. Install that version or a"
        " newer one and start again; or keep this version, and restore a backup that it made into a new place"
        " (another TRIMTAB_HOME, or an empty database): trimtab restore FILE. Nothing was changed."
    )


def refuse_newer(url: str) -> None:
    """Raises NewerData where the database at ``url`` is ahead of this version.

    A database that does not answer is told of by whatever needs it next.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            names = unknown(applied(connection))
    except psycopg.Error:
        return
    if names:
        raise NewerData(explain("This database", names))
