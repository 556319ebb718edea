"""A file that a librarian hands in is checked first, and imported by a job once it is confirmed."""

import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from accounts.models import User
from evidence.importing import commit, services
from evidence.importing.decoding import FileRefused
from evidence.importing.models import ImportBatch
from evidence.models import Evidence
from jobs.models import Job
from jobs.services import run as run_job
from tests.evidence.import_files import WHOLE, counts, imported, outcomes, ris
from tests.factories import EvidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

THREE = WHOLE + WHOLE + ris("AU  - Nobody")


@pytest.fixture
def librarian() -> User:
    return UserFactory(librarian=True)


@pytest.fixture(autouse=True)
def uploads(monkeypatch: pytest.MonkeyPatch) -> InMemoryStorage:
    storage = InMemoryStorage()
    monkeypatch.setattr(ImportBatch._meta.get_field("file"), "storage", storage)
    return storage


def received(text: str, by: User) -> ImportBatch:
    return services.receive_file(file_name="file.ris", content=text.encode(), by=by)


def test_receiving_a_file_makes_no_evidence_and_says_what_would_happen(librarian: User) -> None:
    batch = received(THREE, librarian)

    assert not Evidence.objects.exists()
    assert (batch.state, counts(batch)) == ("checked", (3, 1, 1, 1))
    assert outcomes(batch) == [
        (1, "created", ""),
        (2, "duplicate", "Same DOI"),
        (3, "rejected", "The record has no title."),
    ]
    assert not batch.records.filter(is_settled=True).exists()
    assert batch.file.read() == THREE.encode()


def test_a_large_file_is_checked_by_a_job(librarian: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "CHECKED_AT_ONCE", 10)

    batch = received(THREE, librarian)
    assert (batch.state, batch.job.kind, batch.records.count()) == ("received", "evidence.check_import", 0)

    run_job(job_id=batch.job_id)

    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("checked", (3, 1, 1, 1))
    assert batch.job.result["url"] == batch.get_absolute_url()


def test_confirming_imports_by_a_job(librarian: User) -> None:
    batch = received(THREE, librarian)

    job = services.confirm_batch(batch=batch, by=librarian)
    assert (job.kind, job.total, job.owner) == ("evidence.import", 3, librarian)
    run_job(job_id=job.pk)

    batch.refresh_from_db()
    job.refresh_from_db()
    assert (batch.state, counts(batch)) == ("done", (3, 1, 1, 1))
    assert (job.state, job.done, job.result["link"]) == ("done", 3, "See the records")
    assert Evidence.objects.get().doi == "10.1000/one"
    assert {row.evidence for row in batch.records.exclude(outcome="rejected")} == {Evidence.objects.get()}
    assert not batch.records.filter(is_settled=False).exists()


def test_confirming_twice_starts_one_job(librarian: User) -> None:
    batch = received(THREE, librarian)

    assert services.confirm_batch(batch=batch, by=librarian) == services.confirm_batch(batch=batch, by=librarian)
    assert Job.objects.count() == 1


def test_what_came_in_meanwhile_is_not_made_again(librarian: User) -> None:
    batch = received(WHOLE, librarian)
    EvidenceFactory(doi="10.1000/one")

    run_job(job_id=services.confirm_batch(batch=batch, by=librarian).pk)

    batch.refresh_from_db()
    assert counts(batch) == (1, 0, 1, 0)


def test_a_worker_that_dies_leaves_whole_chunks_and_the_next_one_goes_on(librarian: User) -> None:
    text = "".join(ris(f"TI  - Title number {number}", "PY  - 2020") for number in range(1_200))
    batch = received(text, librarian)

    def die_after_the_first(done: int) -> None:
        if done >= 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commit.import_batch(batch=batch, progress=die_after_the_first)
    assert Evidence.objects.count() == 500

    commit.import_batch(batch=ImportBatch.objects.get())

    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == ("done", (1_200, 1_200, 0, 0))
    assert Evidence.objects.count() == 1_200


def test_a_stopped_import_can_go_on(librarian: User) -> None:
    batch = received(WHOLE, librarian)
    services.confirm_batch(batch=batch, by=librarian)
    services.stop_batch(batch=batch)

    batch.refresh_from_db()
    assert batch.state == "stopped"
    run_job(job_id=services.confirm_batch(batch=batch, by=librarian).pk)

    assert Evidence.objects.count() == 1


def test_a_discarded_file_is_not_imported(librarian: User) -> None:
    batch = received(THREE, librarian)

    services.discard_batch(batch=batch, by=librarian)

    batch.refresh_from_db()
    assert (batch.state, batch.records.count()) == ("discarded", 0)
    with pytest.raises(FileRefused, match="This file cannot be imported now: it is discarded"):
        services.confirm_batch(batch=batch, by=librarian)
    with pytest.raises(FileRefused, match="This file cannot be discarded: it is discarded"):
        services.discard_batch(batch=batch, by=librarian)


def test_a_file_with_nothing_new_is_not_imported(librarian: User) -> None:
    imported(WHOLE)

    with pytest.raises(FileRefused, match="There is nothing new in this file to import"):
        services.confirm_batch(batch=received(WHOLE, librarian), by=librarian)


def test_old_uploads_are_forgotten(librarian: User, uploads: InMemoryStorage) -> None:
    done = received(WHOLE, librarian)
    run_job(job_id=services.confirm_batch(batch=done, by=librarian).pk)
    never_confirmed = received(ris("TI  - Other words"), librarian)
    ImportBatch.objects.update(created_at=timezone.now() - timezone.timedelta(days=31))

    assert services.forget_old_uploads() == 2

    done.refresh_from_db()
    assert (done.file.name, done.records.count()) == ("", 1)
    assert not ImportBatch.objects.filter(pk=never_confirmed.pk).exists()
