"""People who sign in, and the workspaces that they sign in to."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from trimtab.core.actors import Role

_ROLES = ["viewer", "contributor", "editor", "area_owner", "admin"]


def register(group: click.Group) -> None:
    """Add this module's commands."""
    group.add_command(user)
    group.add_command(workspace)


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.argument("email")
@click.option("--name", default="", help="As others read it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--workspace", "slug", metavar="SLUG", help="Let them into this workspace.")
@click.option("--role", type=click.Choice(_ROLES), default="viewer", show_default=True, help="What they are there.")
def create_user(email: str, name: str, password_stdin: bool, slug: str | None, role: str) -> None:
    """Let somebody sign in, and into a workspace."""
    from trimtab.cli.product import product

    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with product():
        from trimtab.accounts import public as accounts
        from trimtab.core.actors import Role

        if accounts.find_user(email) is None:
            accounts.create_user(email=email, name=name, password=password)
        elif password is not None:
            accounts.set_password(email=email, password=password)
        if slug is not None:
            _let_in(email, slug, Role(role))
        click.echo(email)


def _let_in(email: str, slug: str, role: "Role") -> None:
    from trimtab.accounts import public as accounts
    from trimtab.cli.clock import now
    from trimtab.core import scope
    from trimtab.core.actors import Origin

    actor = accounts.system_actor(accounts.workspace_id_of(slug), name="Command line", origin=Origin.CLI)
    with scope.workspace(actor.workspace_id):
        accounts.add_member(actor=actor, clock=now(), email=email, role=role)


@click.group()
def workspace() -> None:
    """Workspaces: one organisation's portfolio each."""


@workspace.command("create")
@click.argument("slug")
@click.option("--name", help="As people read it; the slug if not given.")
@click.option("--admin", "email", metavar="EMAIL", help="Its first admin, who can sign in already.")
@click.option("--timezone", default="UTC", show_default=True)
@click.option("--prefix", default="TT", show_default=True, help="Before every item's number.")
def create_workspace(slug: str, name: str | None, email: str | None, timezone: str, prefix: str) -> None:
    """Make a workspace with the usual levels, phases and tracks."""
    from trimtab.cli.product import product

    with product():
        from trimtab.api.routes.workspaces import create_workspace as create
        from trimtab.cli.clock import now
        from trimtab.core.actors import Origin

        create(
            creator_email=email,
            clock=now(),
            origin=Origin.CLI,
            slug=slug,
            name=name or slug,
            timezone=timezone,
            prefix=prefix,
        )
        click.echo(slug)
