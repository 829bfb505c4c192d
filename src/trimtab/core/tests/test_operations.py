"""Long work: seen while it runs, stopped, failed, gone on with; and the jobs that do it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from trimtab.core import jobs, operations, scope, tasks
from trimtab.core.actors import Actor, Clock, Role
from trimtab.core.errors import Conflict, Forbidden, NotFound
from trimtab.core.models import IdempotencyKey, Operation
from trimtab.core.tests.factories import NOON, inside, make_actor, make_workspace

seen: list[Actor] = []


@jobs.task("test.remember")
def remember(job: jobs.Job) -> None:
    seen.append(job.actor)
    job.report.note(f"Got {job.operation.input['word']}")


@jobs.task("test.break")
def break_down(job: jobs.Job) -> None:
    raise ValueError("a secret of the inside")


@pytest.fixture
def ana():
    return make_workspace()


def started(actor: Actor) -> Operation:
    with inside(actor):
        return operations.start(actor, NOON, kind="test", label="Test", given={"word": "hello"})


def again(operation: Operation) -> Operation:
    with scope.workspace(operation.workspace_id):
        return Operation.objects.get(id=operation.id)


def run_jobs() -> None:
    """Everything that waits; the worker's threads close their connections as they go."""
    shared = connections.settings["default"]
    kept, shared["CONN_MAX_AGE"] = shared["CONN_MAX_AGE"], 0
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    finally:
        shared["CONN_MAX_AGE"] = kept


class TestRunning:
    def test_it_ends_as_done(self, ana):
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id) as (row, report):
            report.progress(1, 1)

        assert row.input == {"word": "hello"}
        assert (again(operation).state, again(operation).ended_at is not None) == ("done", True)

    def test_progress_is_seen_while_the_works_transaction_is_open(self, ana):
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id) as (_, report), transaction.atomic():
            report.progress(3, 10, "Reading")
            report.note("Three read")
            report.resume_from(row=3)
            found = again(operation)

        assert (found.done, found.total, found.step, found.cursor) == (3, 10, "Reading", {"row": 3})
        assert [line["text"] for line in found.log] == ["Three read"]
        assert found.eta_at is not None

    def test_it_is_written_four_times_a_second_at_most(self, ana):
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id) as (_, report):
            for done in range(100):
                report.progress(done, 1000)
            assert again(operation).done == 0
            report.progress(1000, 1000)

        assert again(operation).done == 1000

    def test_the_log_keeps_its_last_lines(self, ana, monkeypatch):
        monkeypatch.setattr(operations, "LOG_LINES", 3)
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id) as (_, report):
            for n in range(5):
                report.note(str(n))

        assert [line["text"] for line in again(operation).log] == ["2", "3", "4"]

    def test_a_refusal_is_its_end_and_goes_no_further(self, ana):
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id):
            raise Conflict("Two rows have the same key.")

        assert (again(operation).state, again(operation).error) == ("failed", "Two rows have the same key.")

    def test_what_nobody_expected_is_recorded_and_raised_again(self, ana):
        operation = started(ana)
        with pytest.raises(ZeroDivisionError), operations.running(ana.workspace_id, operation.id):
            _ = 1 / 0

        assert again(operation).state == "failed"
        assert "division" not in again(operation).error

    def test_one_that_has_ended_does_not_run_again(self, ana):
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id):
            pass
        with pytest.raises(operations.OperationOver), operations.running(ana.workspace_id, operation.id):
            pytest.fail("It ran.")

    def test_one_whose_worker_died_may_go_on(self, ana):
        operation = started(ana)
        operations._begin(ana.workspace_id, operation.id)
        with operations.running(ana.workspace_id, operation.id):
            pass

        assert again(operation).state == "done"

    def test_its_result_commits_with_the_work(self, ana):
        operation, batch = started(ana), uuid4()
        with inside(ana):
            operations.save_result(ana.workspace_id, operation.id, result={"rows": 3}, batch_id=batch)

        assert (again(operation).result, again(operation).batch_id) == ({"rows": 3}, batch)


class TestRequestCancel:
    def test_a_waiting_one_never_starts(self, ana):
        operation = started(ana)
        operations.request_cancel(ana, NOON, operation.id)

        assert again(operation).state == "cancelled"

    def test_a_running_one_stops_at_its_next_step(self, ana):
        operation = started(ana)
        with operations.running(ana.workspace_id, operation.id) as (_, report):
            operations.request_cancel(ana, NOON, operation.id)
            report.note("Another step")
            pytest.fail("It went on.")

        assert (again(operation).state, again(operation).error) == ("cancelled", "")

    def test_one_that_is_over_cannot_be_stopped(self, ana):
        operation = started(ana)
        operations.request_cancel(ana, NOON, operation.id)
        with pytest.raises(operations.OperationOver):
            operations.request_cancel(ana, NOON, operation.id)

    def test_a_viewer_may_not(self, ana):
        operation = started(ana)
        with pytest.raises(Forbidden):
            operations.request_cancel(make_actor(ana.workspace_id, Role.VIEWER), NOON, operation.id)

        assert not again(operation).cancel_requested

    def test_next_door_there_is_none(self, ana):
        with pytest.raises(NotFound):
            operations.request_cancel(make_workspace(), NOON, started(ana).id)


class TestDefer:
    def test_it_runs_after_the_commit_as_whoever_asked(self, ana):
        operation = jobs.defer(actor=ana, clock=NOON, task="test.remember", label="Hello", given={"word": "hello"})
        run_jobs()

        found = again(operation)
        assert (found.state, [line["text"] for line in found.log]) == ("done", ["Got hello"])
        assert seen[-1].workspace_id == ana.workspace_id

    def test_what_was_rolled_back_never_runs(self, ana):
        with inside(ana):
            jobs.defer(actor=ana, clock=NOON, task="test.remember", label="Hello", given={"word": "never"})
            transaction.set_rollback(True)
        before = len(seen)
        run_jobs()

        assert len(seen) == before

    def test_a_failure_stands_on_its_operation_without_its_secrets(self, ana):
        operation = jobs.defer(actor=ana, clock=NOON, task="test.break", label="Break")
        run_jobs()

        assert again(operation).state == "failed"
        assert "secret" not in again(operation).error

    def test_one_that_was_stopped_before_its_turn_is_skipped(self, ana):
        operation = jobs.defer(actor=ana, clock=NOON, task="test.break", label="Break")
        operations.request_cancel(ana, NOON, operation.id)
        run_jobs()

        assert again(operation).state == "cancelled"


class TestPrune:
    def test_old_answers_are_forgotten_and_fresh_ones_kept(self, ana):
        now = datetime.now(UTC)
        with inside(ana):
            for key, age_h in (("old", 49), ("fresh", 1)):
                IdempotencyKey.objects.create(
                    workspace_id=ana.workspace_id, actor_id=uuid4(), key=key, fingerprint="f",
                    created_at=now - timedelta(hours=age_h),
                )  # fmt: skip
        tasks.forget_answers(now)

        with inside(ana):
            assert [row.key for row in IdempotencyKey.objects.in_workspace(ana.workspace_id)] == ["fresh"]

    def test_the_hourly_round_forgets_finished_jobs(self):
        jobs_left = "select count(*) from procrastinate_jobs where status = 'succeeded' and task_name = 'test.remember'"
        actor = make_workspace()
        jobs.defer(actor=actor, clock=Clock(NOON.now), task="test.remember", label="A", given={"word": "a"})
        run_jobs()
        with connection.cursor() as cursor:
            cursor.execute("update procrastinate_events set at = now() - interval '4 days'")
        tasks.prune.defer(timestamp=int(datetime.now(UTC).timestamp()))
        run_jobs()
        with connection.cursor() as cursor:
            cursor.execute(jobs_left)

            assert cursor.fetchone()[0] == 0
