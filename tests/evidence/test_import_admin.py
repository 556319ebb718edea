"""A librarian uploads a file, sees what importing it would do, confirms, and sees what became of it."""

import pytest
from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.importing import services
from evidence.importing.models import ImportBatch
from evidence.models import Evidence
from jobs.models import Job
from jobs.services import run as run_job
from tests.admin import librarian as admin_librarian
from tests.factories import EvidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

RECORD = "TY  - JOUR\nTI  - {}\nAU  - Smith, J\nPY  - 2020\nJF  - BMJ\nDO  - 10.1000/{}\nER  - \n\n"
FILE = RECORD.format("Falls in hospital", "one") + RECORD.format("<b>Sleep</b> & <script>alert(1)</script>", "two")
FILE += "TY  - JOUR\nAU  - Nobody, A\nER  - \n"
UPLOAD = "admin:evidence_importbatch_add"


@pytest.fixture(autouse=True)
def uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImportBatch._meta.get_field("file"), "storage", InMemoryStorage())


@pytest.fixture
def librarian(client: Client) -> Client:
    client.force_login(admin_librarian())
    return client


def upload(client: Client, content: str | bytes = FILE, name: str = "falls.ris"):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(reverse(UPLOAD), {"file": SimpleUploadedFile(name, data)})


def page(client: Client, **query: str) -> str:
    return client.get(ImportBatch.objects.get().get_absolute_url(), query).content.decode()


def press(client: Client, button: str):
    return client.post(reverse(f"admin:evidence_importbatch_{button}", args=[ImportBatch.objects.get().pk]))


def test_uploading_shows_what_would_happen_and_makes_nothing(librarian: Client) -> None:
    here = EvidenceFactory(title="Falls in hospitals", doi="10.1000/one")

    response = upload(librarian)

    batch = ImportBatch.objects.get()
    assert response.url == batch.get_absolute_url()
    assert list(Evidence.objects.all()) == [here]
    listed = librarian.get(reverse("admin:evidence_importbatch_changelist")).content.decode()
    assert "none (1 foreseen)" in listed
    records = librarian.get(reverse("admin:evidence_evidence_changelist"))
    assert "import" not in [spec.title for spec in records.context["cl"].filter_specs]
    new = page(librarian, show="created")
    assert "Nothing is imported yet." in new
    assert 'value="Import 1 record"' in new
    assert "Sleep &amp; &lt;script&gt;alert(1)&lt;/script&gt;" in new
    duplicates = page(librarian, show="duplicate")
    assert "Falls in hospital<" in duplicates.replace("</strong>", "<")
    assert f'href="{reverse("admin:evidence_evidence_change", args=[here.pk])}">Falls in hospitals</a>' in duplicates
    assert "Same DOI" in duplicates
    rejected = page(librarian, show="rejected")
    assert "<td>17</td>" in rejected
    assert "The record has no title." in rejected
    assert "AU  - Nobody, A" in rejected


def test_confirming_leads_through_the_progress_page_to_the_drafts(librarian: Client) -> None:
    upload(librarian)

    response = press(librarian, "confirm")

    job = Job.objects.get()
    assert response.url == job.get_absolute_url()
    assert "See how far it has got" in page(librarian)
    run_job(job_id=job.pk)
    progress = librarian.get(job.get_absolute_url()).content.decode()
    assert "2 drafts were made, 0 records were here already and 1 could not be imported." in progress
    done = page(librarian)
    first = Evidence.objects.get(doi="10.1000/one")
    assert f'href="{reverse("admin:evidence_evidence_change", args=[first.pk])}">Falls in hospital</a>' in done
    listed = librarian.get(reverse("admin:evidence_evidence_changelist"), {"import": ImportBatch.objects.get().pk})
    assert {record.pk for record in listed.context["cl"].queryset} == set(Evidence.objects.values_list("pk", flat=True))


def test_the_rejected_records_can_be_downloaded_and_put_right(librarian: Client) -> None:
    upload(librarian)

    response = librarian.get(reverse("admin:evidence_importbatch_rejects", args=[ImportBatch.objects.get().pk]))

    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''falls-not-imported.txt"
    text = response.content.decode()
    assert text == ("Record 3, line 17: The record has no title.\n\nTY  - JOUR\nAU  - Nobody, A\nER  - \n\n")
    again = upload(librarian, text.replace("AU  -", "TI  - A title now\nAU  -"), "mended.txt")
    assert ImportBatch.objects.get(file_name="mended.txt").created_count == 1
    assert again.status_code == 302


def test_discarding_puts_the_file_away(librarian: Client) -> None:
    upload(librarian)

    response = press(librarian, "discard")

    assert response.url == reverse("admin:evidence_importbatch_changelist")
    assert ImportBatch.objects.get().state == "discarded"
    shown = page(librarian)
    assert "This file was discarded." in shown
    assert "Import 2 records" not in shown
    assert press(librarian, "confirm").url == ImportBatch.objects.get().get_absolute_url()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "This is a picture (PNG), whatever its name says"),
        (b"@article{key,\n title={A}}\n", "This looks like BibTeX, which cannot be imported."),
        (b"TY  - JOUR\nTI  - x\n" * 70_000, "The file is 1."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    librarian: Client, settings, content: bytes, sentence: str
) -> None:
    settings.IMPORT_MAX_BYTES = 1024 * 1024

    response = upload(librarian, content)

    assert response.status_code == 422
    text = response.content.decode()
    assert sentence in text
    assert "<title>Error: " in text
    assert 'href="#id_file"' in text
    assert not ImportBatch.objects.exists()


def test_no_file_is_an_error_in_words(librarian: Client) -> None:
    response = librarian.post(reverse(UPLOAD))

    assert response.status_code == 422
    assert "Choose the file to import." in response.content.decode()


def test_a_large_file_is_read_by_a_job(librarian: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "CHECKED_AT_ONCE", 10)

    response = upload(librarian)

    job = Job.objects.get()
    assert response.url == job.get_absolute_url()
    assert "Being read" in page(librarian)
    run_job(job_id=job.pk)
    assert 'value="Import 2 records"' in page(librarian)


def test_the_very_same_file_is_recognised(librarian: Client) -> None:
    upload(librarian)
    run_job(job_id=services.confirm_batch(batch=ImportBatch.objects.get(), by=UserFactory(librarian=True)).pk)

    upload(librarian)

    again = ImportBatch.objects.first()
    shown = librarian.get(again.get_absolute_url()).content.decode()
    assert "This very file was imported before" in shown
    assert "Imported before from this file" in shown
    assert 'value="Import' not in shown


def test_an_import_that_failed_can_go_on(librarian: Client) -> None:
    upload(librarian)
    press(librarian, "confirm")
    Job.objects.update(state="failed")

    shown = page(librarian)
    assert "The import stopped part of the way." in shown
    assert 'value="Go on importing"' in shown
    press(librarian, "confirm")

    run_job(job_id=Job.objects.order_by("-created_at").first().pk)
    assert Evidence.objects.count() == 2


def test_a_record_that_a_librarian_may_not_see_is_not_named(librarian: Client) -> None:
    EvidenceFactory(title="A secret of a team", doi="10.1000/one", visibility="team")

    upload(librarian)

    shown = page(librarian, show="duplicate")
    assert "A secret of a team" not in shown
    assert "A record that you may not see" in shown


@pytest.mark.parametrize("query", [{"page": "abc"}, {"page": "999999"}, {"show": "nonsense"}, {"show": "\x00"}])
def test_odd_addresses_show_the_page(librarian: Client, query: dict[str, str]) -> None:
    upload(librarian)

    assert 'id="kp-part"' in page(librarian, **query)


def test_an_import_that_is_not_there_leads_to_the_list(librarian: Client) -> None:
    for name in ("change", "rejects"):
        response = librarian.get(reverse(f"admin:evidence_importbatch_{name}", args=[12345]))
        assert response.url == reverse("admin:evidence_importbatch_changelist")


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_list_of_imports_costs_the_same_whatever_its_length(librarian: Client) -> None:
    address = reverse("admin:evidence_importbatch_changelist")
    costs = []
    for number in range(3):
        upload(librarian, RECORD.format(f"Title {number}", number), f"{number}.ris")
        costs.append(queries_of(librarian, address))

    assert librarian.get(address).content.count(b"Waiting for you to confirm</td>") == 3
    assert costs[0] == costs[2] <= 12


def test_the_page_of_an_import_costs_the_same_whatever_its_length(librarian: Client) -> None:
    costs = []
    for count in (1, 3):
        text = "".join(RECORD.format(f"Title number {number}", number) for number in range(count))
        upload(librarian, text + text, f"{count}.ris")
        address = f"{ImportBatch.objects.get(file_name=f'{count}.ris').get_absolute_url()}?show=duplicate"
        assert librarian.get(address).content.count(b"Same DOI") == count
        costs.append(queries_of(librarian, address))

    assert costs[0] == costs[1] <= 12


@pytest.mark.parametrize("role", ["reader", "staff", "champion"])
def test_only_librarians_import(client: Client, role: str) -> None:
    client.force_login(admin_librarian())
    upload(client)
    client.force_login(UserFactory(**({} if role == "reader" else {role: True})))

    batch = ImportBatch.objects.get()
    pages = [reverse(UPLOAD), batch.get_absolute_url()]
    pages += [reverse(f"admin:evidence_importbatch_{name}", args=[batch.pk]) for name in ("rejects", "confirm")]
    for address in pages:
        assert client.get(address).status_code in {302, 403}
    press(client, "confirm")
    assert not Job.objects.exists()
