"""The workspace that a transaction may see. Nothing is read or written outside of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction


@contextmanager
def workspace(workspace_id: UUID) -> Iterator[None]:
    """One transaction that sees and writes ``workspace_id`` alone; nested blocks join the outer one.

    The setting is local to the transaction, so that a pooled connection never carries it over.
    """
    outer = current()
    if outer is not None:
        if outer != workspace_id:
            raise RuntimeError("A transaction of one workspace cannot reach into another.")
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select set_config('trimtab.workspace', %s, true)", [str(workspace_id)])
        connection.trimtab_workspace = workspace_id  # type: ignore[attr-defined]
        try:
            yield
        finally:
            connection.trimtab_workspace = None  # type: ignore[attr-defined]


@contextmanager
def snapshot(workspace_id: UUID) -> Iterator[None]:
    """One read-only transaction in which every statement sees what the first one saw. Never inside another."""
    if connection.in_atomic_block:
        raise RuntimeError("A snapshot begins its own transaction.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        with workspace(workspace_id):
            yield


@contextmanager
def entered(workspace_id: UUID) -> Iterator[None]:
    """Say that the open transaction already sees ``workspace_id``: the statement that found the caller set it."""
    connection.trimtab_workspace = workspace_id  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.trimtab_workspace = None  # type: ignore[attr-defined]


def current() -> UUID | None:
    """The workspace of the open transaction, if there is one."""
    return getattr(connection, "trimtab_workspace", None)
