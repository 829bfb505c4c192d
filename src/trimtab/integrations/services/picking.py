"""Decisions of a session: what a person says of ambiguous rows, one by one or all at once."""

from collections.abc import Mapping
from uuid import UUID

from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.integrations import queries
from trimtab.integrations.files import recipe as recipes
from trimtab.integrations.models import Choice, Conflicts
from trimtab.integrations.services import decisions, sessions
from trimtab.integrations.services.decisions import Pick
from trimtab.integrations.services.run import Run
from trimtab.integrations.services.runs import source_of
from trimtab.settings import ImportSettings

AT_ONCE = 5000


def decide(
    *,
    actor: Actor,
    clock: Clock,
    settings: ImportSettings,
    session_id: UUID,
    picks: Mapping[int, Pick],
    all_alike: Choice | None = None,
) -> tuple[int, int]:
    """Settle rows, and then all that still wait if ``all_alike`` is given; gives how many were settled, how many wait.

    Raises NotFound, Forbidden, NotReady, Conflict (two rows for one item).
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = sessions.get_open(actor, session_id, lock=True)
        checked = sessions.require_checked(session)
        run = Run(
            actor,
            clock,
            checked.id,
            recipes.loads(session.recipe),
            source_of(settings, session),
            file_wins=session.conflicts == Conflicts.FILE,
        )
        settled = decisions.settle(run, picks)
        if all_alike is not None:
            settled += _settle_all(run, all_alike)
        sessions.touch(clock, session, decided_at=clock.now)
        return settled, queries.count_ambiguous(checked.id)


def _settle_all(run: Run, choice: Choice) -> int:
    settled, after = 0, -1
    while rows := queries.list_ambiguous(run.operation_id, after=after, limit=AT_ONCE):
        picks = decisions.all_alike(choice)(rows)
        taken = {one.record_id for one in picks.values() if one.record_id}
        free = taken - set(queries.list_taken(run.operation_id, list(filter(None, taken)), but=[]))
        settled += decisions.settle(
            run, {row: one for row, one in picks.items() if one.record_id is None or one.record_id in free}
        )
        after = rows[-1].row
    return settled
