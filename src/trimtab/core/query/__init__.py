"""One language and one compiler for every question: screens, API, command line, exports, agents, the planner."""

from trimtab.core.query.answer import rows, run
from trimtab.core.query.doors import complete, fields, format, known_fields, parse  # noqa: A004

__all__ = ["complete", "fields", "format", "known_fields", "parse", "rows", "run"]
