"""Notes of the library team, written before the update that takes them along is put together."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from digests.models import Digest, Note, Run
from digests.services import ticking
from tests.digests.factories import MONDAY, WEEK, deliver, follow_topic, guest, weekly_run
from tests.factories import EvidenceFactory, TopicFactory, UserFactory
from tests.mail.conftest import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

WORDS = "Two new trials disagree: read both."


def overview(client: Client) -> str:
    page = client.get(reverse("admin:digests_run_overview"))
    assert page.status_code == 200
    return page.content.decode()


def write_note(client: Client, *, frequency: str = "weekly", text: str = WORDS, topic: object = "") -> Any:
    """Write one as a librarian does, from the link of the overview."""
    address = f"{reverse('admin:digests_note_add')}?frequency={frequency}"
    assert address in overview(client)
    return client.post(address, {"text": text, "frequency": frequency, "topic": topic})


def test_a_note_goes_with_the_next_update_and_with_no_other(
    librarian: Client, mail_server: MailServer, monday: Any
) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest("ann@mail.example"), falls)
    follow_topic(guest("ben@mail.example", frequency="daily"), falls)
    assert overview(librarian).count("None is written yet.") == 4
    assert write_note(librarian)["Location"] == reverse("admin:digests_run_overview")
    page = overview(librarian)
    assert page.count("None is written yet.") == 3
    assert WORDS in page
    assert "Written by Lib Rarian" in page
    ticking.tick()
    assert Note.objects.get().run is None, "nothing was new, so that nobody would have read it"
    assert WORDS in overview(librarian)

    EvidenceFactory(topics=[falls])
    monday.shift(WEEK)
    librarian.force_login(User.objects.get(name="Lib Rarian"))
    ticking.tick()
    run = Run.objects.get(frequency="weekly", period="2026-W49")
    assert Note.objects.get().run == run
    assert WORDS not in overview(librarian)
    reader = Digest.objects.get(run=run).subscriber
    address = reverse("admin:digests_run_mail", args=[run.pk, reader.pk])
    for preview in (address, f"{address}?part=text"):
        assert WORDS in librarian.get(preview).content.decode()
    assert WORDS in librarian.get(reverse("admin:digests_run_change", args=[run.pk])).content.decode()
    deliver()
    said = {recipient: content.decode() for recipient, content in mail_server.arrived}
    assert WORDS in said["ann@mail.example"]
    assert WORDS not in said["ben@mail.example"]

    ticking.tick()
    EvidenceFactory(topics=[falls])
    monday.shift(WEEK)
    ticking.tick()
    deliver()
    assert len(mail_server.arrived) == 4
    assert all(WORDS not in content.decode() for _recipient, content in mail_server.arrived[2:])


def test_a_note_for_a_topic_goes_to_its_followers_alone(librarian: Client, mail_server: MailServer) -> None:
    falls, sepsis = TopicFactory(name="Falls"), TopicFactory(name="Sepsis")
    for address, topic in (("ann@mail.example", falls), ("ben@mail.example", sepsis)):
        follow_topic(guest(address), topic)
        EvidenceFactory(topics=[topic])
    write_note(librarian, topic=falls.pk)
    assert "Only in mails with something for Falls." in overview(librarian)
    weekly_run()
    deliver()
    said = {recipient: WORDS in content.decode() for recipient, content in mail_server.arrived}
    assert said == {"ann@mail.example": True, "ben@mail.example": False}


def test_a_note_is_changed_and_deleted_until_an_update_has_it(librarian: Client) -> None:
    refused = write_note(librarian, text="  ")
    assert (refused.status_code, Note.objects.count()) == (422, 0)
    assert "Write a few words." in refused.content.decode()
    write_note(librarian)
    note = Note.objects.get()
    change = reverse("admin:digests_note_change", args=[note.pk])
    assert change in overview(librarian)
    librarian.post(change, {"text": "Better words.", "frequency": "monthly", "topic": ""})
    note.refresh_from_db()
    assert (note.text, note.frequency) == ("Better words.", "monthly")
    history = librarian.get(reverse("admin:digests_note_history", args=[note.pk])).content.decode()
    assert "Lib Rarian" in history
    assert "Changed" in history
    falls = TopicFactory()
    follow_topic(guest(frequency="monthly"), falls)
    EvidenceFactory(topics=[falls])
    ticking.tick(now=MONDAY + WEEK * 2)
    note.refresh_from_db()
    assert note.run is not None
    assert str(note.run) in librarian.get(reverse("admin:digests_note_changelist")).content.decode()
    assert librarian.post(change, {"text": "Too late.", "frequency": "monthly"}).status_code == 403
    assert librarian.post(reverse("admin:digests_note_delete", args=[note.pk]), {"post": "yes"}).status_code == 403
    write_note(librarian)
    waiting = Note.objects.get(run=None)
    librarian.post(reverse("admin:digests_note_delete", args=[waiting.pk]), {"post": "yes"})
    assert list(Note.objects.all()) == [note]


def test_only_librarians_write_notes() -> None:
    client = Client()
    for person in (UserFactory(staff=True), UserFactory(champion=True)):
        client.force_login(person)
        assert client.post(reverse("admin:digests_note_add"), {"text": WORDS, "frequency": "weekly"}).status_code == 302
    assert Note.objects.count() == 0
