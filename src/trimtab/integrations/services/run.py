"""The two halves of an import, staging and applying, for whoever calls them: a command or a background job."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import connection
from django.utils import timezone

from trimtab.accounts import public as accounts
from trimtab.core import scope
from trimtab.core.actors import Actor, Clock, Permission
from trimtab.core.bulk import plan_for_many
from trimtab.core.errors import Forbidden
from trimtab.core.models import Operation
from trimtab.integrations import queries
from trimtab.integrations.errors import ImportCancelled, Undecided
from trimtab.integrations.files import plan, staging
from trimtab.integrations.files.apply import Applied, Apply
from trimtab.integrations.files.check import check
from trimtab.integrations.files.parse import Periods
from trimtab.integrations.files.remember import remember
from trimtab.integrations.files.report import Report
from trimtab.integrations.files.rules import Recipe
from trimtab.integrations.files.source import FILE_STEP, Source
from trimtab.integrations.files.stage import Checkpoint, Stage
from trimtab.integrations.files.tally import Tally
from trimtab.integrations.models import StagedPart
from trimtab.roadmap import public as roadmap

Progress = Callable[[str, int], None]
"""Called now and then with what is done and how many rows of it so far."""
FOR_CONFIGURATORS = frozenset({"custom_field", "dimension"})


@dataclass(frozen=True, slots=True)
class Run:
    """One import of ``source`` by ``recipe``; its rows are staged under the operation ``operation_id``."""

    actor: Actor
    clock: Clock
    operation_id: UUID
    recipe: Recipe
    source: Source
    file_wins: bool = True

    def rules(self) -> plan.Rules:
        """How a row that was decided is held against its item; no field is frozen for one that was never imported."""
        return plan.Rules((), queries.field_names(self.operation_id), self.file_wins)

    def stage(
        self, done: dict[str, int], progress: Progress, tally: Tally | None = None, shown: UUID | None = None
    ) -> None:
        """Read and understand every row. ``done`` says how far it is already, by part; empty: afresh.

        ``shown`` is the operation on which people watch it; its own, where none is named.

        Takes a transaction for each few rows. Raises BadFile, Invalid, ImportCancelled.
        """
        total = lines(self.source, self.recipe)
        Stage(
            self.actor,
            self.operation_id,
            self.recipe,
            self.source,
            checkpoint(shown or self.operation_id, done, total, progress),
            periods(self.actor),
            self.file_wins,
            tally,
        ).run(done)

    def look_over(self, *, ask: bool = True) -> Report:
        """Check the staged rows as a whole, and say what they come to."""
        with scope.workspace(self.actor.workspace_id):
            plan_for_many()
            staging.measure()
            check(self.actor, self.operation_id, self.recipe, self.clock.now, ask=ask)
            return queries.report(self.operation_id, self.recipe)

    def apply(self, label: str, report: Report, progress: Progress, finish: Callable[[Applied], None]) -> Report:
        """Write what was staged, all of it or nothing. ``finish`` is called inside the transaction.

        Raises Undecided, Forbidden (it would make fields, and the actor may not), Conflict, and what services raise.
        """
        self.refuse_undecided(report)
        if not self.actor.may(Permission.CONFIGURE) and (needed := FOR_CONFIGURATORS & set(report.made)):
            raise Forbidden(
                "This import would make custom fields or dimensions, which your role may not: ask an area owner to "
                "apply it, or leave those columns out.",
                kinds=sorted(needed),
            )
        with scope.workspace(self.actor.workspace_id):
            first = roadmap.reserve_numbers(self.actor, report.created) if report.created else 0
        began = time.monotonic()
        apply = Apply(self.actor, self.clock, self.operation_id, self.recipe, first, lambda step: progress(step, 0))
        with scope.workspace(self.actor.workspace_id):
            plan_for_many()
            applied: Applied = apply.run(label)
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
            finish(applied)
        ended = time.monotonic()
        return replace(
            report,
            batch_id=applied.batch_id,
            history=applied.history,
            records=applied.records,
            apply_s=ended - began,
            locked_s=ended - (applied.locked_from or ended),
        )

    def refuse_undecided(self, report: Report) -> None:
        """Raises Undecided while a row waits for a person's word."""
        if report.ambiguous:
            raise Undecided(
                f"{report.ambiguous:,} rows may be items that are here already. Say for each whether it is the same.",
                rows=report.ambiguous,
            )

    def remember_only(self) -> None:
        """Nothing is to be written; what the file said is kept all the same."""
        with scope.workspace(self.actor.workspace_id):
            remember(self.actor.workspace_id, self.operation_id, self.recipe.source, None)


def checkpoint(operation_id: UUID, done: dict[str, int], total: int, progress: Progress) -> Checkpoint:
    """Keeps the place of a staging on its operation, with the progress that people see."""
    began, already = timezone.now(), sum(row % FILE_STEP for row in done.values())

    def keep(part: StagedPart, row: int) -> None:
        if queries.cancel_requested(operation_id):
            raise ImportCancelled("The import was cancelled; nothing was changed.")
        done[part.value] = row
        now, rows = timezone.now(), sum(at % FILE_STEP for at in done.values())
        eta = now + (now - began) / max(rows - already, 1) * max(total - rows, 0)
        Operation.objects.filter(id=operation_id).update(
            cursor=done, done=rows, total=max(total, rows), eta_at=eta, step=part.value
        )
        progress(f"reading {part.value}", max(row % FILE_STEP - 1, 0))

    return keep


def lines(source: Source, recipe: Recipe) -> int:
    """About how many rows there are to read: a cell may hold several lines."""
    total = 0
    for path in source.files(recipe):
        if path.is_file():
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    total += block.count(b"\n")
    return total


def periods(actor: Actor) -> Periods:
    """The fiscal periods of the workspace; a month is the one in whose middle its calendar month lies."""
    with scope.workspace(actor.workspace_id):
        calendar = accounts.fiscal_calendar(accounts.get_workspace(actor))

    def of(kind: str, year: int, number: int) -> tuple[date, date]:
        if kind == "month":
            period = accounts.period_of(calendar, date(year, number, 15), accounts.Kind.MONTH)
        else:
            period = accounts.periods(calendar, year, accounts.Kind(kind))[number - 1]
        return period.starts_on, period.ends_on

    return of
