"""``python -m bench.load``: migrate the database that the environment names, and load the measured workspaces."""

import sys
import time
from datetime import UTC, datetime, timedelta

import django


def main() -> None:
    """Load all workspaces and say how long each took."""
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from bench.load.configuration import configure
    from bench.load.items import Loader
    from bench.load.shape import EMAIL, PASSWORD, SHAPES, month_start
    from trimtab.accounts import public as accounts
    from trimtab.core import ids

    call_command("migrate", database="owner", verbosity=0)
    accounts.create_user(email=EMAIL, name="Bench", password=PASSWORD)
    now = datetime.now(UTC)
    wanted = sys.argv[1:]
    for seed, shape in enumerate(shape for shape in SHAPES if not wanted or shape.slug in wanted):
        began = time.monotonic()
        with ids.seeded(ids.deterministic(seed, lambda: now)):
            loader = Loader(shape, configure(shape, month_start(now, 0) - timedelta(days=30)), now, seed)
            for done in loader.load():
                print(f"  {shape.slug}: {done}, {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")
    print(f"  vacuum, analyze: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
