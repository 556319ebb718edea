"""Long work: one worker per job, progress that others see, and nothing lost when a worker dies."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from jobs import services
from jobs.models import ERRORS_KEPT, Job
from jobs.registry import Runner
from jobs.running import ClaimLost, JobFailed, Run
from tests.factories import UserFactory

Register = Callable[[Runner], str]


@pytest.fixture
def quick_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every report of progress be written."""
    monkeypatch.setattr("jobs.running.WRITE_EVERY", 0.0)


def start(kind: str, **payload: object) -> Job:
    return services.start_job(kind=kind, title="Counting sheep", owner=None, payload=payload)


def let_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - datetime.timedelta(seconds=1))


def test_work_is_done_with_its_payload_and_keeps_its_result(db: None, runs: Register) -> None:
    def count(run: Run) -> dict[str, object]:
        run.progress(done=run.payload["sheep"], total=3, errors=["One was black."])
        return {"message": "All counted.", "url": "/", "link": "Home"}

    job = start(runs(count), sheep=3)
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.errors) == ("done", 3, 3, ["One was black."])
    assert job.result["message"] == "All counted."
    assert job.started_at is not None
    assert job.finished_at is not None


def test_a_kind_that_nobody_runs_is_refused_at_once(db: None, runs: Register) -> None:
    with pytest.raises(ValueError, match=r"nobody\.knows"):
        start("nobody.knows")
    assert Job.objects.count() == 0


def test_the_hint_is_sent_after_the_commit_and_not_before(
    runs: Register, django_capture_on_commit_callbacks: Callable, db: None
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        start(runs(lambda run: None))
    assert len(callbacks) == 1


def test_a_foreseen_failure_is_told_in_its_own_words(db: None, runs: Register) -> None:
    def fail(run: Run) -> None:
        raise JobFailed("The file holds no sheep.")

    job = start(runs(fail))
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.failure) == ("failed", "The file holds no sheep.")


def test_an_unforeseen_failure_hides_its_traceback_from_the_owner(
    db: None, runs: Register, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(run: Run) -> None:
        raise KeyError("wolf")

    job = start(runs(fail))
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.failure) == ("failed", services.OUR_FAULT)
    assert "wolf" in caplog.text


def test_problems_are_counted_beyond_those_that_are_kept(db: None, runs: Register, quick_writes: None) -> None:
    def complain(run: Run) -> None:
        for number in range(1, 3):
            run.progress(done=number, errors=[f"Sheep {number}.{part} is missing." for part in range(80)])

    job = start(runs(complain))
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert job.error_count == 160
    assert len(job.errors) == ERRORS_KEPT
    assert job.errors[0] == "Sheep 1.0 is missing."


def test_progress_writes_about_once_a_second(db: None, runs: Register, django_assert_max_num_queries: Callable) -> None:
    def count(run: Run) -> None:
        with django_assert_max_num_queries(10):
            for number in range(10_000):
                run.progress(done=number)

    job = start(runs(count))
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 9_999)


def test_a_job_runs_once_however_often_it_is_hinted(db: None, runs: Register) -> None:
    turns: list[int] = []
    job = start(runs(lambda run: turns.append(1)))
    for _ in range(3):
        services.run(job_id=job.pk)
    assert turns == [1]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_job(runs: Register) -> None:
    job = start(runs(lambda run: None))
    wins: list[Run] = []
    barrier = threading.Barrier(4)

    def compete() -> None:
        barrier.wait()
        try:
            won = services.claim(job_id=job.pk)
            if won is not None:
                wins.append(won)
        finally:
            connection.close()

    threads = [threading.Thread(target=compete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wins) == 1


def test_a_dead_workers_job_begins_again_and_the_ghost_can_write_nothing(db: None, runs: Register) -> None:
    job = start(runs(lambda run: {"message": "Second turn."}))
    ghost = services.claim(job_id=job.pk)
    assert ghost is not None
    assert services.claim(job_id=job.pk) is None
    let_lease_run_out(job)
    services.run(job_id=job.pk)
    ghost.progress(done=1)
    with pytest.raises(ClaimLost):
        ghost.write()
    services.finish(run=ghost, state=Job.State.FAILED, failure="from beyond")
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", {"message": "Second turn."}, 2)


def test_a_job_that_kills_its_workers_is_given_up(db: None, runs: Register) -> None:
    job = start(runs(lambda run: None))
    Job.objects.filter(pk=job.pk).update(attempts=services.MOST_ATTEMPTS)
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.failure) == ("failed", services.OUR_FAULT)


def test_the_sweep_finds_lost_hints_and_dead_workers_and_nothing_else(
    db: None, runs: Register, django_capture_on_commit_callbacks: Callable
) -> None:
    kind = runs(lambda run: None)
    fresh, lost, alive, dead, done = (start(kind) for _ in range(5))
    Job.objects.filter(pk=lost.pk).update(created_at=timezone.now() - datetime.timedelta(minutes=5))
    for job in (alive, dead):
        services.claim(job_id=job.pk)
    let_lease_run_out(dead)
    services.run(job_id=done.pk)
    assert {fresh.state, done.kind} == {"waiting", kind}
    with django_capture_on_commit_callbacks() as callbacks:
        assert services.sweep() == 2
    assert len(callbacks) == 2


def test_a_running_job_stops_at_its_next_report_and_keeps_what_it_did(
    db: None, runs: Register, quick_writes: None
) -> None:
    librarian = UserFactory(librarian=True)
    counted: list[int] = []

    def count(run: Run) -> None:
        for number in range(1, 10):
            counted.append(number)
            if number == 4:
                services.request_stop(job=run.job, by=librarian)
            run.progress(done=number, total=9)

    job = start(runs(count))
    services.run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, counted) == ("stopped", 4, [1, 2, 3, 4])


def test_a_waiting_job_stops_at_once_and_a_finished_one_stays_finished(db: None, runs: Register) -> None:
    librarian = UserFactory(librarian=True)
    kind = runs(lambda run: None)
    waiting, done = start(kind), start(kind)
    services.run(job_id=done.pk)
    assert services.request_stop(job=waiting, by=librarian).state == "stopped"
    assert services.request_stop(job=done, by=librarian).state == "done"
    services.run(job_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.attempts == 0
