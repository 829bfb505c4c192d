"""Commands that run Trimtab: demo, serve, worker, migrate, prepare, doctor, manage."""

import os
import signal
import sys
from datetime import UTC, datetime

import click

from trimtab.cli.product import product, sentences


def register(group: click.Group) -> None:
    """Add this module's commands."""
    for command in (demo, serve, worker, migrate, prepare, doctor, manage):
        group.add_command(command)


_host = click.option("--host", envvar="TRIMTAB_HOST", default="127.0.0.1", show_default=True, help="Where to listen.")
_port = click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@_host
@_port
@click.option("--empty", is_flag=True, help="Without the sample company.")
def demo(host: str, port: int, empty: bool) -> None:
    """Run everything on this machine, with a sample company. Ctrl-C stops it all."""
    from trimtab.ops import demo as operation

    with sentences():
        sys.exit(operation.run(host=host, port=port, sample=not empty))


@click.command()
@_host
@_port
def serve(host: str, port: int) -> None:
    """Run the web server (TRIMTAB_WEB_WORKERS processes)."""
    import uvicorn

    with product():
        from trimtab.settings import CURRENT

        uvicorn.run(
            "trimtab.api.asgi:application",
            host=host,
            port=port,
            workers=CURRENT.web_workers,
            timeout_graceful_shutdown=5,  # an open live stream would hold a stop for ever
            access_log=False,
            server_header=False,
            log_level=CURRENT.log_level.lower(),
            lifespan="auto",
        )


@click.command()
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1, 64), help="Jobs at a time.")
def worker(concurrency: int) -> None:
    """Run background jobs, follow the log and send notices until told to stop; what is under way may finish."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with product():
        from procrastinate.contrib.django import app

        from trimtab.core import followers, logs
        from trimtab.settings import CURRENT

        logs.configure(CURRENT.log_level)
        with followers.running(), app.replace_connector(app.connector.get_worker_connector()) as jobs:  # type: ignore[attr-defined]
            jobs.run_worker(concurrency=concurrency, name=f"worker-{os.getpid()}", shutdown_graceful_timeout=10)


@click.command()
def migrate() -> None:
    """Bring the database's tables up to this version, as the owner role."""
    with product():
        _migrate()


@click.command(hidden=True)
@click.option("--sample", is_flag=True, help="Create the sample company if it is absent.")
def prepare(sample: bool) -> None:
    """Migrate, and make the sample company if wished: what the demo does before it serves."""
    with product():
        _migrate()
        if sample:
            from trimtab.sample import build_sample_company

            summary = build_sample_company(today=datetime.now(UTC).date(), progress=_tell)
            click.echo(summary.sign_ins())


@click.command()
def doctor() -> None:
    """Check this machine and its database; say how to mend what is wrong. Exit code 1 when something is."""
    from trimtab.ops import doctor as operation

    with sentences():
        sys.exit(operation.run())


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []}
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own commands."""
    with product():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["trimtab manage", *arguments])


def _tell(progress: str) -> None:
    click.echo(f"{'':10}{progress}", err=True)


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", database="owner", interactive=False, verbosity=0)
