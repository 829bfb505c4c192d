"""One language and one compiler for every question: screens, API, command line, exports, agents, the planner."""

from trimtab.core.query.answer import rows, run

__all__ = ["rows", "run"]
