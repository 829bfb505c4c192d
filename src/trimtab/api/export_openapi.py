"""Write the description of the API to ``openapi.json``: ``python -m trimtab.api.export_openapi [--check]``.

The file is in the repository: the client's types come from it, and a review sees what changes for callers.
"""

import os
import sys
from pathlib import Path
from typing import Final

import orjson

TARGET: Final = Path(__file__).parents[3] / "openapi.json"


def describe() -> bytes:
    """The description, with sorted keys, the same on every machine."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trimtab.settings")
    django.setup()
    from trimtab.api.app import api

    schema = api.get_openapi_schema()
    shape = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(schema, option=shape)


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is stale (1)."""
    fresh = describe()
    if "--check" not in arguments:
        TARGET.write_bytes(fresh)
        return 0
    if TARGET.exists() and TARGET.read_bytes() == fresh:
        return 0
    sys.stderr.write("openapi.json is stale: run python -m trimtab.api.export_openapi and commit it.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
