"""Whoever stops gets nothing more: not what is planned, not what is in the outbox, not what a sender has in its hands."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from digests.choices import DigestState
from digests.models import Digest, Run, Subscriber
from digests.services import following, releasing, ticking
from digests.tokens import STOP, token
from digests.writing.composing import write
from mail import sending
from mail.composers import Content
from mail.models import OutboxMessage
from tests.digests.factories import WEEK, deliver, follow_topic, guest, weekly_run
from tests.factories import EvidenceFactory, TopicFactory, UserFactory
from tests.mail.conftest import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

# What is promised, in seconds.
AT_ONCE = 1.0


def press(reader: Subscriber, *, frequency: str = "weekly") -> float:
    """Stop as a mail program does (RFC 8058): no cookie, no token of a form. Return how many seconds the answer took."""
    start = time.perf_counter()
    answer = Client(enforce_csrf_checks=True).post(
        f"/updates/stop/{token(reader, STOP, frequency)}/", {"List-Unsubscribe": "One-Click"}
    )
    assert "The weekly update is stopped" in answer.content.decode()
    return time.perf_counter() - start


def message_to(reader: Subscriber) -> OutboxMessage:
    """The newest message of theirs."""
    return OutboxMessage.objects.filter(to=reader.address).latest("pk")


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[threading.Thread]:
    """Do some work in a thread with a connection of its own, and wait for its end."""

    def turn() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(60)


def reader_with_planned_mail() -> Subscriber:
    """A reader without an account, for whom this week's mail is planned and released."""
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    return reader


def stop_path() -> str:
    """The path of the link by which the planned mail is stopped."""
    (content,) = write(list(Digest.objects.with_reader())).values()
    assert isinstance(content, Content)
    return "/updates" + content.headers["List-Unsubscribe"].strip("<>").partition("/updates")[2]


def test_one_press_stops_planned_mail_at_once_and_a_look_stops_nothing(mail_server: MailServer) -> None:
    reader = reader_with_planned_mail()
    path = stop_path()
    browser = Client(enforce_csrf_checks=True)
    for link in (path, following.manage_url(reader)):
        assert browser.get(link).status_code == 200
    reader.refresh_from_db()
    assert reader.stopped_at is None
    answer = browser.post(path, {"List-Unsubscribe": "One-Click"})
    assert "is stopped" in answer.content.decode()
    assert deliver() == 0
    assert OutboxMessage.objects.get().state == "cancelled"


def test_a_weekly_link_stops_the_weekly_mail_only(mail_server: MailServer) -> None:
    reader = reader_with_planned_mail()
    path = stop_path()
    Subscriber.objects.update(frequency="monthly")
    assert "does not stop" in Client().post(path).content.decode()
    reader.refresh_from_db()
    assert reader.stopped_at is None


def test_a_claimed_message_whose_reader_stops_does_not_leave(mail_server: MailServer) -> None:
    reader = reader_with_planned_mail()
    OutboxMessage.objects.update(not_before=Now())
    owner = uuid.uuid4()
    batch = sending.claim(owner=owner, size=5)
    following.stop(subscriber=reader, frequency="weekly")
    assert sending.send_batch(batch, owner=owner) == 0
    assert mail_server.arrived == []


@pytest.mark.django_db(transaction=True)
def test_a_press_holds_within_a_second_while_a_sender_is_at_work(mail_server: MailServer, monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(topics=[falls])
    in_hand, written, later = (guest(f"{name}@mail.example") for name in ("in-hand", "written", "later"))
    for reader in (in_hand, written, later):
        follow_topic(reader, falls)
    weekly_run()
    OutboxMessage.objects.exclude(to=later.address).update(not_before=timezone.now())
    mail_server.hold, mail_server.held_address = threading.Event(), in_hand.address
    mail_server.answers[in_hand.address] = ["after body 451 4.3.0 Try again later"]
    with beside(sending.send_waiting):
        assert mail_server.holding.wait(30)
        # One message is with the mail server, the text of the next is written, that of the third waits for its hour.
        assert message_to(in_hand).state == "sending"
        assert message_to(written).lease_owner is not None
        for reader in (written, later):
            assert press(reader) < AT_ONCE
            assert message_to(reader).state == "cancelled", "the answer comes no sooner than the effect"
        # Nor does the answer wait for the mail server. What it has cannot be called back; it is not tried again either.
        assert press(in_hand) < AT_ONCE
        mail_server.hold.set()
    assert message_to(in_hand).state == "waiting"
    assert deliver() == 0
    assert message_to(in_hand).state == "cancelled"
    ticking.tick()
    monday.shift(WEEK)
    EvidenceFactory(title="A week later", topics=[falls])
    ticking.tick()
    assert deliver() == 0
    assert mail_server.arrived == []


@pytest.mark.django_db(transaction=True)
def test_a_press_in_the_middle_of_a_release_finds_what_that_brings(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(topics=[falls])
    reader = guest()
    follow_topic(reader, falls)
    for schedule in ticking.schedules():
        schedule.is_automatic = False
        schedule.save()
    run = weekly_run()
    Run.objects.update(state="released")
    is_written, goes_on = threading.Event(), threading.Event()

    def release_slowly() -> None:
        with transaction.atomic():
            releasing.queue_planned(run=run)
            is_written.set()
            goes_on.wait(30)

    with beside(release_slowly):
        assert is_written.wait(30)
        with beside(lambda: press(reader)):
            time.sleep(0.5)
            goes_on.set()
    assert message_to(reader).state == "cancelled", "a sender that claims it now might have its text before the press"


def test_a_plan_made_in_the_middle_of_a_press_sends_nothing(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(topics=[falls])
    reader = guest()
    follow_topic(reader, falls)
    weekly_run()
    # As where the planner has read the reader before they stopped and writes its rows after it.
    Subscriber.objects.update(stopped_at=timezone.now())
    assert message_to(reader).state == "waiting"
    assert deliver() == 0
    assert message_to(reader).last_error == "Its reader stopped the updates."


def test_whoever_chooses_another_frequency_gets_no_more_of_the_old_one(mail_server: MailServer, monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(title="Rounding works", topics=[falls])
    changing, staying = guest("changing@mail.example"), guest("staying@mail.example")
    for reader in (changing, staying):
        follow_topic(reader, falls)
    weekly_run()
    hours = {"local_hour": 7, "time_zone": "Europe/London", "paused_until": None}
    following.choose(subscriber=changing, frequency="monthly", **hours)  # type: ignore[arg-type]  # as typed
    following.choose(subscriber=staying, frequency="weekly", **hours | {"local_hour": 8})  # type: ignore[arg-type]  # as typed
    assert deliver() == 1
    assert mail_server.recipients == [staying.address]
    ticking.tick()
    monday.shift(WEEK * 2)
    ticking.tick()
    assert deliver() == 1
    assert mail_server.recipients[1:] == [changing.address]
    assert b"Rounding works" in mail_server.arrived[1][1]


def test_whoever_follows_nothing_any_more_gets_nothing(mail_server: MailServer) -> None:
    falls, sepsis = TopicFactory(name="Falls"), TopicFactory(name="Sepsis")
    EvidenceFactory(topics=[falls])
    reader = guest()
    for topic in (falls, sepsis):
        follow_topic(reader, topic)
    weekly_run()
    following.unfollow(subscriber=reader, follow_id=reader.follows.get(topic=sepsis).pk)
    assert message_to(reader).state == "waiting"
    following.unfollow(subscriber=reader, follow_id=reader.follows.get(topic=falls).pk)
    assert message_to(reader).state == "cancelled"
    assert deliver() == 0


def test_a_librarian_stops_for_somebody_as_soon(mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(topics=[falls])
    reader = guest()
    follow_topic(reader, falls)
    weekly_run()
    deliver()
    ticking.tick()
    releasing.send_again(digest=Digest.objects.get(state=DigestState.SENT), by=UserFactory(librarian=True))
    following.stop(subscriber=reader, frequency="weekly")
    assert message_to(reader).state == "cancelled"
    assert deliver() == 0
