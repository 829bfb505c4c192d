"""Runs a command inside the product: database found or started, Django ready, refusals as plain sentences."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what stops an operation on this machine into one plain message and exit code 1."""
    from trimtab.ops.demo import CannotStart
    from trimtab.ops.postgres import DatabaseTrouble, NoPostgres
    from trimtab.ops.supervisor import ChildEnded

    try:
        yield
    except (CannotStart, ChildEnded, DatabaseTrouble, NoPostgres) as trouble:
        raise click.ClickException(str(trouble)) from trouble


def set_up_django() -> None:
    """Load settings and models. A wrong setting becomes a plain message."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trimtab.settings")
    try:
        django.setup()
    except SystemExit as bad_setting:
        raise click.ClickException(str(bad_setting)) from bad_setting


@contextmanager
def product() -> Iterator[None]:
    """Everything a command needs to call services: use as ``with product():`` and import the domains inside.

    Joins the private database when it runs already, else starts it for this command and stops it afterwards.
    """
    from trimtab.ops import postgres, schema

    with sentences(), postgres.database() as database:
        schema.refuse_newer(database.app_url)
        os.environ.update(database.environment())
        set_up_django()
        from django.db import OperationalError, connections

        from trimtab.core.errors import DomainError

        try:
            yield
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except OperationalError as lost:
            if getattr(lost.__cause__, "sqlstate", None) is not None:  # it answered
                raise
            said = " ".join(str(lost).split())
            raise click.ClickException(f"The database does not answer: {said}\nRun: trimtab doctor") from lost
        finally:
            connections.close_all()
