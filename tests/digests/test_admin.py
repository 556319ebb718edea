"""What librarians see of the updates and do about them."""

import pytest
from django.test import Client
from django.urls import reverse

from digests.choices import RunState
from digests.models import Digest, ImportChoice, Note, Run, Subscriber
from digests.services.ticking import schedules
from evidence.importing.models import ImportBatch
from mail.models import OutboxMessage
from tests.digests.factories import deliver, follow_topic, guest, weekly_run
from tests.factories import EvidenceFactory, TopicFactory, UserFactory
from tests.mail.conftest import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def run(mail_server: MailServer) -> Run:
    """A weekly run that waits for its release, with mail for one reader and none for another."""
    for schedule in schedules():
        schedule.is_automatic = False
        schedule.save()
    falls = TopicFactory(name="Falls")
    follow_topic(guest("ann@mail.example"), falls)
    follow_topic(guest("ben@mail.example"), TopicFactory(name="Quiet topic"))
    EvidenceFactory(title="Rounding works", topics=[falls])
    return weekly_run()


def test_the_overview_says_what_comes_whom_it_reaches_and_what_is_followed_in_vain(
    librarian: Client, run: Run, mail_server: MailServer
) -> None:
    page = librarian.get(reverse("admin:digests_run_overview")).content.decode()
    for said in ("Once a week", "30 November 2026", "by a librarian", "0%", "Waiting to be released", "Quiet topic"):
        assert said in page
    librarian.post(reverse("admin:digests_run_release", args=[run.pk]))
    deliver()
    weekly_run()
    assert "50%" in librarian.get(reverse("admin:digests_run_overview")).content.decode()


def test_a_run_is_looked_at_noted_on_released_held_and_stopped(
    librarian: Client, run: Run, mail_server: MailServer
) -> None:
    preview = librarian.get(reverse("admin:digests_run_preview", args=[run.pk])).content.decode()
    assert "ann@mail.example, 1 of 1 new item" in preview
    assert "Nothing new: nothing sent: 1" in preview
    change = reverse("admin:digests_run_change", args=[run.pk])
    librarian.post(
        change,
        {
            "notes-TOTAL_FORMS": "1",
            "notes-INITIAL_FORMS": "0",
            "notes-0-text": "A good week for falls.",
            "notes-0-topic": "",
        },
    )
    assert Note.objects.get().written_by is not None
    subscriber = Subscriber.objects.get(guest_email="ann@mail.example")
    mail = librarian.get(reverse("admin:digests_run_mail", args=[run.pk, subscriber.pk]))
    assert "A good week for falls." in mail.content.decode()
    assert "sandbox" in mail["Content-Security-Policy"]
    for name, state in (
        ("release", RunState.RELEASED),
        ("hold", RunState.HELD),
        ("go-on", RunState.RELEASED),
        ("stop", RunState.STOPPED),
    ):
        librarian.post(reverse(f"admin:digests_run_{name}", args=[run.pk]))
        run.refresh_from_db()
        assert run.state == state
    assert OutboxMessage.objects.get(composer="digests").state == "cancelled"
    assert librarian.post(reverse("admin:digests_run_release", args=[run.pk])).status_code == 403


def test_any_reader_can_be_looked_at_as_if_the_run_were_theirs(librarian: Client, run: Run) -> None:
    falls = TopicFactory(name="Falls again")
    late = guest("late@mail.example")
    Subscriber.objects.filter(pk=late.pk).update(last_batch=0)
    follow_topic(late, falls)
    item = EvidenceFactory(title="Another one", topics=[falls])
    address = reverse("admin:digests_run_preview", args=[run.pk])
    assert "late@mail.example" in librarian.get(f"{address}?reader=late@mail.example").content.decode()
    missing = librarian.get(f"{address}?reader=nobody@mail.example")
    assert (missing.status_code, "Nobody gets updates" in missing.content.decode()) == (422, True)
    mail = librarian.get(reverse("admin:digests_run_mail", args=[run.pk, late.pk]))
    assert "Nothing is sent" in mail.content.decode(), f"{item} is not announced yet"
    assert Digest.objects.filter(subscriber=late).count() == 0


def test_a_librarian_stops_the_mail_of_somebody_who_asks_and_sends_one_again(
    librarian: Client, run: Run, mail_server: MailServer
) -> None:
    librarian.post(reverse("admin:digests_run_release", args=[run.pk]))
    deliver()
    weekly_run()
    digest = Digest.objects.get(state="sent")
    librarian.post(reverse("admin:digests_digest_send-again", args=[digest.pk]))
    assert deliver() == 1
    librarian.post(reverse("admin:digests_subscriber_stop", args=[digest.subscriber_id]))
    digest.subscriber.refresh_from_db()
    assert digest.subscriber.stopped_at is not None


def test_an_import_leads_to_what_is_announced_of_it_and_back(librarian: Client) -> None:
    batch = ImportBatch.objects.create(
        file_name="back-file.ris", sha256="0", format="ris", encoding="utf-8", state="done", created_count=2
    )
    page = reverse("admin:evidence_importbatch_change", args=[batch.pk])
    said = librarian.get(page).content.decode()
    assert "those published in the last 12 months" in said
    add = f"{reverse('admin:digests_importchoice_add')}?import_batch={batch.pk}"
    assert f'href="{add}"' in said
    form = librarian.get(add).content.decode()
    assert f'<option value="{batch.pk}" selected>' in form
    assert "what was passed over once is not told later" in form
    assert librarian.post(add, {"import_batch": batch.pk, "rule": "none"})["Location"] == page
    said = librarian.get(page).content.decode()
    assert "by this rule: none of them." in said
    change = reverse("admin:digests_importchoice_change", args=[ImportChoice.objects.get().pk])
    assert f'href="{change}"' in said
    assert librarian.post(change, {"import_batch": batch.pk, "rule": "all"})["Location"] == page
    assert ImportChoice.objects.get().rule == "all"
    # Where nothing came of an import there is nothing to choose.
    ImportBatch.objects.update(created_count=0)
    assert "Email updates tell of them" not in librarian.get(page).content.decode()


def test_readers_have_no_way_in(run: Run) -> None:
    client = Client()
    client.force_login(UserFactory(staff=True))
    assert client.get(reverse("admin:digests_run_overview")).status_code == 302
