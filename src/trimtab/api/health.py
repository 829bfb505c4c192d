"""Whether this process lives, and whether it can serve. Answers without anybody's name on it."""

from typing import Final

import orjson
import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)
_migrated: Final[set[str]] = set()


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return _say(200, status="ok")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has every migration; 503 with the reason otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        missing = _missing()
    except DatabaseError:
        log.warning("not_ready", reason="database")
        return _say(503, status="unavailable", reason="The database does not answer.")
    if missing:
        return _say(503, status="unavailable", reason=f"{missing} migrations are missing: run trimtab migrate.")
    return _say(200, status="ready")


def _missing() -> int:
    """How many migrations the database lacks. Once none, always none: this is not asked again."""
    if "all" in _migrated:
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing == 0:
        _migrated.add("all")
    return missing


def _say(code: int, **body: str) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=code, content_type="application/json")
