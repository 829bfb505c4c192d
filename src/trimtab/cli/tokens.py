"""Personal keys to the API."""

import click


def register(group: click.Group) -> None:
    """Add this module's commands."""
    group.add_command(token)


@click.group()
def token() -> None:
    """Keys to the API."""


@token.command()
@click.option("--user", "email", required=True, metavar="EMAIL", help="Whose key it is.")
@click.option("--workspace", "slug", required=True, metavar="SLUG", help="The workspace that it opens.")
@click.option("--scope", type=click.Choice(["read", "write"]), default="read", show_default=True)
@click.option("--days", type=click.IntRange(1, 3660), help="How long it lives; without, until it is revoked.")
@click.option("--name", default="command line", show_default=True, help="To tell it from others.")
def create(email: str, slug: str, scope: str, days: int | None, name: str) -> None:
    """Make a key and print it, alone. It is shown this once."""
    from trimtab.cli.product import product

    with product():
        from trimtab.accounts import public as accounts
        from trimtab.cli.clock import now
        from trimtab.core import scope as transaction
        from trimtab.core.actors import Origin

        actor = accounts.actor_for(email=email, workspace_slug=slug, origin=Origin.CLI)
        with transaction.workspace(actor.workspace_id):
            _, secret = accounts.create_token(
                actor=actor, clock=now(), name=name, token_scope=accounts.TokenScope(scope), days=days
            )
        click.echo(secret)
