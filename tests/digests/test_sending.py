"""What leaves, for whom, and what never does: against a real mail server."""

import datetime
import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.models import Item
from digests.choices import DigestState, RunState
from digests.models import Digest, Note, Run
from digests.services import following, releasing, ticking
from digests.services.releasing import CannotDo
from digests.services.ticking import schedules
from digests.tokens import VIEW, token
from mail import bounces
from mail.models import OutboxMessage, Suppression
from mail.sending import send_waiting
from tests.digests.factories import (
    WEEK,
    deliver,
    follow_search,
    follow_topic,
    guest,
    person_with_updates,
    weekly_run,
)
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory
from tests.mail.conftest import DROP_BEFORE_ANSWER, MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def part(message: EmailMessage, kind: str) -> str:
    """One part of a mail, read as a mail program reads it."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_mail_says_what_is_new_and_why_in_text_and_html(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(title="Rounding & falls <on wards>", topics=[falls])
    run = weekly_run()
    Note.objects.create(run=run, text="Two trials agree for once.")
    assert deliver() == 1
    arrived = mail_server.message()
    assert arrived["Subject"] == "1 update for you: Falls"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert arrived["Message-ID"] == f"<d.{run.pk}.{Digest.objects.get().pk}@localhost>"
    text, html = part(arrived, "plain"), part(arrived, "html")
    for said in ("Because you follow Falls", "Two trials agree for once.", "/evidence/", "Read this update"):
        assert said in text
        assert said in html
    assert "Rounding & falls <on wards>" in text
    assert "Rounding &amp; falls &lt;on wards&gt;</a>" in html
    assert "<img" not in html
    assert html.index("<h1") < html.index("<h2") < html.index("<h3")


def test_each_reader_sees_at_sending_time_what_they_may_see_then(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    organisation = OrganisationFactory()
    staying, leaving = (
        person_with_updates(staff=True, organisation=organisation, email=f"{name}@mail.example")
        for name in ("staying", "leaving")
    )
    for reader in (staying, leaving):
        follow_topic(reader, falls)
    withdrawn = EvidenceFactory(title="Taken back", topics=[falls])
    EvidenceFactory(title="Public all along", topics=[falls])
    EvidenceFactory(title="Ours alone", topics=[falls], visibility="organisation", organisation=organisation)
    weekly_run()
    Item.objects.filter(pk=withdrawn.pk).update(status="archived")
    User.objects.filter(pk=leaving.user_id).update(staff_since=None, organisation=None)
    assert deliver() == 2
    said = {address: content.decode() for address, content in mail_server.arrived}
    assert "Ours alone" in said["staying@mail.example"]
    assert "Ours alone" not in said["leaving@mail.example"]
    assert all("Public all along" in mail and "Taken back" not in mail for mail in said.values())


def test_where_nothing_may_be_seen_any_more_nothing_is_sent(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    item = EvidenceFactory(topics=[falls])
    weekly_run()
    Item.objects.filter(pk=item.pk).update(visibility="members")
    assert deliver() == 0
    assert OutboxMessage.objects.get().state == "cancelled"
    ticking.tick()
    assert (Digest.objects.get().state, Run.objects.get().state) == (DigestState.UNSENT, RunState.DONE)


def test_each_reader_gets_it_at_their_own_hour(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest("early@mail.example", local_hour=6), falls)
    follow_topic(guest("late@mail.example", local_hour=18), falls)
    follow_topic(guest("away@mail.example", local_hour=7, time_zone="America/New_York"), falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    moments = dict(OutboxMessage.objects.values_list("to", "not_before"))
    assert {address: moment.hour for address, moment in moments.items()} == {
        "early@mail.example": 6,
        "late@mail.example": 18,
        "away@mail.example": 12,
    }


def test_sent_mail_moves_the_watermark_and_refused_mail_does_not(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    good, bad = guest("good@mail.example"), guest("bad@mail.example")
    for reader in (good, bad):
        follow_topic(reader, falls)
    EvidenceFactory(topics=[falls])
    run = weekly_run()
    mail_server.answers["bad@mail.example"] = ["550 5.1.1 No such mailbox"]
    deliver()
    ticking.tick()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.last_batch, bad.last_batch) == (run.to_batch, 0)
    assert dict(Digest.objects.values_list("subscriber", "state")) == {good.pk: "sent", bad.pk: "unsent"}
    assert Run.objects.get().state == RunState.DONE


def test_a_copy_after_a_lost_answer_is_the_same_byte_by_byte(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    mail_server.answers["ann@mail.example"] = [DROP_BEFORE_ANSWER]
    assert deliver() == 0
    assert deliver() == 1
    first, second = (content for _address, content in mail_server.arrived)
    assert first == second
    assert OutboxMessage.objects.get().ambiguous == 1


def test_a_librarian_holds_lets_go_and_stops(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    for number in range(3):
        follow_topic(guest(f"person{number}@mail.example"), falls)
    EvidenceFactory(topics=[falls])
    run, librarian = weekly_run(), UserFactory(librarian=True)
    assert releasing.hold(run=run, by=librarian) == 3
    assert deliver() == 0
    assert releasing.go_on(run=run, by=librarian) == 3
    assert deliver() == 3
    with pytest.raises(CannotDo, match="not held back"):
        releasing.go_on(run=run, by=librarian)
    with pytest.raises(CannotDo, match="Only librarians"):
        releasing.stop(run=run, by=UserFactory())


def test_a_stopped_run_comes_again_in_the_next(mail_server: MailServer, monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(title="Patience", topics=[falls])
    run = weekly_run()
    assert releasing.stop(run=run, by=UserFactory(librarian=True)) == 1
    monday.shift(WEEK)
    weekly_run()
    assert deliver() == 1
    assert "Patience" in mail_server.arrived[0][1].decode()


def test_a_run_that_waits_for_a_librarian_leaves_when_released(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(topics=[falls])
    (weekly,) = [schedule for schedule in schedules() if schedule.frequency == "weekly"]
    weekly.is_automatic = False
    weekly.save()
    run = weekly_run()
    assert (run.state, OutboxMessage.objects.count()) == (RunState.PLANNED, 0)
    assert releasing.release(run=run, by=UserFactory(librarian=True)) == 1
    assert deliver() == 1
    with pytest.raises(CannotDo):
        releasing.release(run=run, by=UserFactory(librarian=True))


def test_mail_that_could_not_leave_in_time_is_not_sent_late(mail_server: MailServer, monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(topics=[falls])
    run = weekly_run()
    monday.shift(datetime.timedelta(days=5))
    ticking.tick()
    run.refresh_from_db()
    assert run.state == RunState.EXPIRED
    assert deliver() == 0


def test_who_was_told_what_is_forgotten_after_three_months(mail_server: MailServer, monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    deliver()
    ticking.tick()
    monday.shift(datetime.timedelta(weeks=12))
    ticking.tick()
    assert Digest.objects.filter(run__period="2026-W48").count() == 1
    monday.shift(datetime.timedelta(weeks=2))
    ticking.tick()
    assert Digest.objects.filter(run__period="2026-W48").count() == 0
    assert Run.objects.filter(period="2026-W48").exists()


def test_sending_one_again_is_a_message_of_its_own(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    deliver()
    releasing.send_again(digest=Digest.objects.get(), by=UserFactory(librarian=True))
    assert deliver() == 1
    first, second = (mail_server.message(place)["Message-ID"] for place in (0, 1))
    assert first != second


def test_three_bad_days_silence_an_address_and_its_reader_sees_why(mail_server: MailServer, monday: Any) -> None:
    reader = guest()
    for _day in range(3):
        assert Suppression.objects.count() == 0
        bounces.record(address=reader.address, weight=bounces.HARD, words="550 No such mailbox")
        bounces.record(address=reader.address, weight=bounces.HARD, words="550 No such mailbox")
        monday.shift(datetime.timedelta(days=1))
    page = Client().get(following.manage_url(reader)).content.decode()
    assert "do not reach you" in page
    Client().post(following.manage_url(reader), {"do": "works-again"})
    assert Suppression.objects.count() == 0


HOSTILE = [
    "Falls\r\nBcc: victim@mail.example",
    "Falls\n\n<script>alert(1)</script>",
    'Falls "quoted" \\ and =?utf-8?q?encoded?=',
    "Falls \u202eesrever\u202c and \u2066isolated\u2069",
    "Falls 👩‍⚕️ Ünïcode ﷽",
    "Falls \ue000reason\ue000 \x00\x0b\u2028\u2029",
    "Falls " + "long " * 400,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_titles_and_names_stay_words(words: str, mail_server: MailServer) -> None:
    clean = words.replace("\x00", "")
    falls = TopicFactory(name="Falls", slug="falls")
    type(falls).objects.filter(pk=falls.pk).update(name=clean[:100])
    reader = guest()
    follow_topic(reader, falls)
    follow_search(reader, "q=long")
    EvidenceFactory(title=clean[:500], topics=[falls])
    weekly_run()
    assert deliver() == 1
    raw = mail_server.arrived[0][1]
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert b"bcc" not in names
    assert len(names) == len(set(names))
    assert head.isascii()
    arrived = email.message_from_bytes(raw, policy=default)
    assert isinstance(arrived, EmailMessage)
    assert [part.get_content_type() for part in arrived.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert not arrived.defects
    assert "<script" not in part(arrived, "html")
    assert not {"\u202e", "\u2066", "\ue000"} & set(str(arrived["Subject"]) + part(arrived, "plain"))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert "Because you follow Falls" in part(arrived, "plain").replace("\n", " ") or "because" in part(
        arrived, "plain"
    )


def test_the_page_in_the_browser_shows_strangers_what_everybody_may_see(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    reader = person_with_updates(staff=True)
    follow_topic(reader, falls)
    EvidenceFactory(title="For all", topics=[falls])
    EvidenceFactory(title="For staff", topics=[falls], visibility="members")
    weekly_run()
    digest = Digest.objects.get()
    path = reverse("digests:view", args=[token(reader, VIEW, str(digest.pk))])
    stranger = Client().get(path).content.decode()
    assert "For all" in stranger
    assert "For staff" not in stranger
    assert "1 item of it is not shown here" in stranger
    browser = Client()
    browser.force_login(reader.user)  # type: ignore[arg-type]
    assert "For staff" in browser.get(path).content.decode()
    Run.objects.update(created_at=timezone.now() - datetime.timedelta(weeks=9))
    assert Client().get(path).status_code == 404


def test_the_page_of_an_update_leads_to_every_choice_but_does_not_hold_the_link(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    person, without = person_with_updates(email="person@mail.example"), guest("guest@mail.example")
    for reader in (person, without):
        follow_topic(reader, falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    deliver()
    paths = {
        reader: reverse("digests:view", args=[token(reader, VIEW, str(Digest.objects.get(subscriber=reader).pk))])
        for reader in (person, without)
    }
    assert f'href="{reverse("digests:mine")}"' in Client().get(paths[person]).content.decode()
    stranger = Client()
    assert "Email me the link" in stranger.get(paths[without]).content.decode()
    for _press in range(2):
        page = stranger.post(paths[without], follow=True).content.decode()
        assert "The link is on its way" in page
        assert without.address not in page
        assert following.manage_url(without) not in page
    assert send_waiting() == 1, "one an hour, however often somebody presses"
    sent = mail_server.message()
    assert (mail_server.recipients[-1], sent["Subject"]) == (without.address, "Your link to change your email updates")
    assert following.manage_url(without) in part(sent, "plain")
    assert without.follows.count() == 1


def test_the_link_is_not_sent_for_ever_to_one_network(mail_server: MailServer, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "follow_by_mail": [(1, 60)]}
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    path = reverse("digests:view", args=[token(reader, VIEW, str(Digest.objects.get().pk))])
    assert "on its way" in Client().post(path, follow=True).content.decode()
    assert "Try again in a few minutes" in Client().post(path, follow=True).content.decode()
