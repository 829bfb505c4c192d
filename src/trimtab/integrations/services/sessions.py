"""Imports step by step: files, what they mean, a try, decisions, the import itself, and what came of it."""

from typing import Any
from uuid import UUID

from trimtab.core import jobs, scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.models import Operation
from trimtab.core.operations import OPEN
from trimtab.integrations import queries
from trimtab.integrations.errors import FilesGone, NotReady
from trimtab.integrations.files import recipe as recipes
from trimtab.integrations.files import staging
from trimtab.integrations.models import Conflicts, ImportFile, ImportSession

CHECK, APPLY, COMPARE = "integrations.check", "integrations.apply", "integrations.compare"
APPLIED = ("applying", "applied")


def create_session(*, actor: Actor, clock: Clock) -> ImportSession:
    """An import without files yet. Raises Forbidden."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        made: ImportSession = ImportSession.objects.create(
            workspace_id=actor.workspace_id,
            created_at=clock.now,
            updated_at=clock.now,
            actor_id=actor.id,
            actor_name=actor.name,
        )
        return made


def get_open(actor: Actor, session_id: UUID, *, lock: bool = False) -> ImportSession:
    """A session that may still be changed. Raises NotFound, NotReady (it runs, or was applied), FilesGone."""
    session = queries.get_session(actor, session_id, lock=lock)
    if session.files_gone_at is not None:
        raise FilesGone("The files of this import are no longer kept. Start a new one with the same files.")
    applied, checked = queries.find_operation(session.applied_id), queries.find_operation(session.checked_id)
    if applied is not None and (applied.state in OPEN or applied.batch_id is not None):
        raise NotReady("This import was applied. Start a new one: it will be compared with what is here.")
    if checked is not None and checked.state in OPEN:
        raise NotReady("The files are being read. Wait for it, or cancel it.")
    return session


def touch(clock: Clock, session: ImportSession, **values: Any) -> None:
    """Write these columns of a session."""
    for name, value in {**values, "updated_at": clock.now}.items():
        setattr(session, name, value)
    session.save(update_fields=[*values, "updated_at"])


def forget_mapping(actor: Actor, clock: Clock, session: ImportSession) -> None:
    """The files are others now: what was recognised of them, and every try, counts no longer."""
    forget_check(clock, session, recipe="", recipe_name="", proposal=None)


def forget_check(clock: Clock, session: ImportSession, **values: Any) -> None:
    """What was tried counts no longer."""
    if session.checked_id is not None:
        staging.discard(session.checked_id)
    touch(clock, session, checked_id=None, applied_id=None, decided_at=None, **values)


def set_recipe(*, actor: Actor, clock: Clock, session_id: UUID, text: str, name: str = "") -> ImportSession:
    """What the columns mean. The same text again keeps the try. Raises NotFound, Forbidden, NotReady, BadRecipe."""
    actor.require(Permission.EDIT)
    recipe = recipes.loads(text)
    with scope.workspace(actor.workspace_id):
        session = get_open(actor, session_id, lock=True)
        if session.recipe != text:
            forget_check(clock, session, recipe=text, recipe_name=(name or recipe.name)[:200])
        return session


def set_conflicts(*, actor: Actor, clock: Clock, session_id: UUID, conflicts: Conflicts) -> ImportSession:
    """Whose value counts where both sides changed a field; the try has to be done again."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = get_open(actor, session_id, lock=True)
        if session.conflicts != conflicts:
            forget_check(clock, session, conflicts=conflicts)
        return session


def start_check(*, actor: Actor, clock: Clock, session_id: UUID) -> Operation:
    """Try the import: read and check everything, write nothing. Raises NotFound, Forbidden, NotReady, FilesGone."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = get_open(actor, session_id, lock=True)
        require_files(session)
        if not session.recipe:
            raise NotReady("Say first what the columns mean.")
        forget_check(clock, session)
        operation = _defer(actor, clock, CHECK, session)
        touch(clock, session, checked_id=operation.id)
        return operation


def start_apply(*, actor: Actor, clock: Clock, session_id: UUID) -> Operation:
    """Apply what was tried: all of it, or nothing.

    Raises NotFound, Forbidden, NotReady (not tried yet, or rows wait for a decision), FilesGone.
    """
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = get_open(actor, session_id, lock=True)
        require_checked(session)
        if waiting := queries.count_ambiguous(session.checked_id):
            raise NotReady(
                f"{waiting:,} rows may be items that are here already. Say for each whether it is the same.",
                rows=waiting,
            )
        operation = _defer(actor, clock, APPLY, session)
        touch(clock, session, applied_id=operation.id)
        return operation


def start_compare(*, actor: Actor, clock: Clock, session_id: UUID) -> Operation:
    """Hold the files against what is here now, row by row. Raises NotFound, Forbidden, NotReady, FilesGone."""
    actor.require(Permission.EDIT)
    with scope.workspace(actor.workspace_id):
        session = queries.get_session(actor, session_id, lock=True)
        if session.files_gone_at is not None:
            raise FilesGone("The files of this import are no longer kept, so there is nothing to compare with.")
        applied, compared = queries.find_operation(session.applied_id), queries.find_operation(session.compared_id)
        if applied is None or applied.batch_id is None:
            raise NotReady("Apply the import first.")
        if compared is not None and compared.state in OPEN:
            return compared
        return defer_compare(actor, clock, session)


def defer_compare(actor: Actor, clock: Clock, session: ImportSession) -> Operation:
    """The comparison, in the background. What the last one found is let go. In the open transaction."""
    if session.compared_id is not None:
        staging.discard(session.compared_id)
    operation = _defer(actor, clock, COMPARE, session)
    touch(clock, session, compared_id=operation.id)
    return operation


def require_checked(session: ImportSession) -> Operation:
    """The try of the session. Raises NotReady when there is none that went through."""
    checked = queries.find_operation(session.checked_id)
    if checked is None or checked.state != "done":
        raise NotReady("Try the import first: read and check the files without writing anything.")
    return checked


def require_files(session: ImportSession) -> list[ImportFile]:
    """The session's files, all of them here. Raises NotReady."""
    files = queries.list_files([session.id])
    if not files:
        raise NotReady("Choose a file first.")
    if missing := next((file for file in files if file.received < file.size), None):
        raise NotReady(f"“{missing.name}” has not arrived completely.", file=str(missing.id), received=missing.received)
    return files


def _defer(actor: Actor, clock: Clock, task: str, session: ImportSession) -> Operation:
    return jobs.defer(
        actor=actor,
        clock=clock,
        task=task,
        label=session.label,
        given={"session": str(session.id)},
        lock=f"imports:{session.id}",
    )
