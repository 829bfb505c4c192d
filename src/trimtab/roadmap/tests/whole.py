"""All that a workspace holds, to compare before and after."""

from typing import Any

import orjson
from django.db import connection

from trimtab.core.actors import Actor
from trimtab.core.tests.factories import inside

KEPT_BY_THE_LEDGER = ("version", "created_at", "updated_at")


def snapshot(actor: Actor) -> dict[str, dict[str, dict[str, Any]]]:
    """Every tracked record by entity and id, without what the ledger itself keeps."""
    with inside(actor), connection.cursor() as cursor:
        cursor.execute("select entity from ledger_entity where entity not like 'test%' order by 1")
        entities = [row[0] for row in cursor.fetchall()]
        found = {}
        for entity in entities:
            cursor.execute("select to_regclass(%s)", [f"scoped.{entity}"])
            if cursor.fetchone()[0] is None:
                continue
            rows = f"select id::text, (to_jsonb(r) - %s::text[])::text from scoped.{entity} r"
            cursor.execute(rows, [[*KEPT_BY_THE_LEDGER]])
            found[entity] = {key: orjson.loads(row) for key, row in cursor.fetchall()}
        return found
