"""Sending, against a real mail server: nothing lost, nothing twice but where nobody can know, and then recognisable."""

import datetime
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from mail import sending
from mail.models import OutboxMessage, Suppression
from mail.sending import retry_delay, send_waiting
from mail.services import queue
from tests import processes
from tests.mail.conftest import DROP_BEFORE_ANSWER, MailServer, smtp_settings


def write(to: str = "ann@mail.example", **fields: Any) -> OutboxMessage:
    return queue(to=to, subject="Your question", text="We found it.\n.\nThe end.", purpose="test", **fields)


def let_time_pass() -> None:
    """Make what was put off due, and let every lease run out.

    Waits until the claims that have run out then are younger than the database.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())")
        age = datetime.timedelta(seconds=float(cursor.fetchone()[0]))
    time.sleep(max(0.0, (sending.LEASE + datetime.timedelta(seconds=2) - age).total_seconds()))
    past = timezone.now() - datetime.timedelta(seconds=1)
    OutboxMessage.objects.update(not_before=past)
    OutboxMessage.objects.exclude(lease_until=None).update(lease_until=past)


def test_a_message_arrives_as_it_was_written(db: None, mail_server: MailServer) -> None:
    row = queue(
        to="ann@mail.example",
        subject="Überblick: preventing falls – 3 new items",
        text="Dear Ann,\n.hidden dot\nGrüße ✓",
        html="<p>Grüße ✓</p>",
        reply_to="Library team <library@trust.example>",
        headers={"List-Unsubscribe": f"<https://know.example/stop/{'x' * 150}/>"},
        purpose="test",
    )
    assert send_waiting() == 1
    arrived = mail_server.message()
    assert mail_server.recipients == ["ann@mail.example"]
    assert arrived["Subject"] == "Überblick: preventing falls – 3 new items"
    assert arrived["Reply-To"] == "Library team <library@trust.example>"
    assert arrived["Message-ID"] == row.message_id
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["List-Unsubscribe"] == f"<https://know.example/stop/{'x' * 150}/>"
    text, html = (arrived.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == "Dear Ann,\n.hidden dot\nGrüße ✓\n"
    assert html is not None
    assert html.get_content().strip() == "<p>Grüße ✓</p>"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.smtp_code, row.lease_owner) == ("sent", 1, 250, None)
    assert row.sent_at is not None


def test_a_batch_goes_over_one_connection(db: None, mail_server: MailServer) -> None:
    for number in range(12):
        write(f"person{number}@mail.example")
    assert send_waiting() == 12
    assert (len(mail_server.arrived), mail_server.connections) == (12, 1)
    assert send_waiting() == 0


def test_single_messages_go_before_mailings(db: None, mail_server: MailServer) -> None:
    write("mailing@mail.example", is_bulk=True)
    write("code@mail.example")
    send_waiting()
    assert mail_server.recipients == ["code@mail.example", "mailing@mail.example"]


@pytest.mark.parametrize("answer", ["451 4.7.1 Greylisted, come back", "after body 452 4.3.1 Disk full"])
def test_a_temporary_refusal_is_tried_again_later(db: None, mail_server: MailServer, answer: str) -> None:
    mail_server.answers["ann@mail.example"] = [answer]
    row = write()
    write("bob@mail.example")
    assert send_waiting() == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, row.ambiguous) == ("waiting", 1, 0)
    assert row.smtp_code in {451, 452}
    assert row.not_before > timezone.now() + datetime.timedelta(seconds=25)
    assert send_waiting() == 0
    let_time_pass()
    assert send_waiting() == 1
    assert mail_server.recipients == ["bob@mail.example", "ann@mail.example"]


@pytest.mark.parametrize("answer", ["550 5.1.1 No such mailbox", "after body 554 5.6.0 Refused"])
def test_a_refusal_for_good_fails_with_the_servers_words(db: None, mail_server: MailServer, answer: str) -> None:
    mail_server.answers["ann@mail.example"] = [answer]
    row = write()
    write("bob@mail.example")
    assert send_waiting() == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", 1)
    assert answer.removeprefix("after body ")[4:] in row.last_error
    let_time_pass()
    assert send_waiting() == 0
    assert mail_server.connections == 1


def test_a_server_that_hangs_up_gets_a_new_connection_for_the_rest(db: None, mail_server: MailServer) -> None:
    mail_server.answers["ann@mail.example"] = ["421 4.3.2 Closing, too many messages"]
    row = write()
    write("bob@mail.example")
    assert send_waiting() == 1
    row.refresh_from_db()
    assert (row.state, row.ambiguous) == ("waiting", 0)
    assert (mail_server.recipients, mail_server.connections) == (["bob@mail.example"], 2)


def test_a_connection_dropped_before_the_answer_is_ambiguous_and_the_copy_is_recognisable(
    db: None, mail_server: MailServer
) -> None:
    mail_server.answers["ann@mail.example"] = [DROP_BEFORE_ANSWER]
    row = write(html="<p>We found it.</p>")
    write("bob@mail.example")
    assert send_waiting() == 1
    row.refresh_from_db()
    assert (row.state, row.ambiguous, row.attempts) == ("waiting", 1, 1)
    let_time_pass()
    assert send_waiting() == 1
    copies = [content for recipient, content in mail_server.arrived if recipient == "ann@mail.example"]
    assert len(copies) == 2
    assert copies[0] == copies[1]
    assert row.message_id.encode() in copies[0]


def test_a_server_that_is_away_costs_no_message_an_attempt(db: None, mail_server: MailServer, settings: Any) -> None:
    row = write()
    settings.SMTP = smtp_settings(1)
    assert send_waiting() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_owner) == ("waiting", 0, None)
    assert "cannot be reached" in row.last_error
    settings.SMTP = smtp_settings(mail_server.port)
    assert send_waiting() == 1
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_message_once(
    mail_server: MailServer, in_threads: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 5)
    wanted = [f"person{number}@mail.example" for number in range(40)]
    for address in wanted:
        write(address)
    counts = in_threads(2, send_waiting)
    assert sum(counts) == 40
    assert sorted(mail_server.recipients) == sorted(wanted)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_after_the_server_took_the_message_leaves_it_marked(mail_server: MailServer) -> None:
    """kill -9 between the server's taking and our mark: only the message in flight may come twice, recognisably."""
    mail_server.hold = threading.Event()
    first, second = write(), write("bob@mail.example")
    sender = "from mail.sending import send_waiting; send_waiting()"
    with processes.start(sender, EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}") as child:
        try:
            assert mail_server.holding.wait(30)
        finally:
            child.kill()
    mail_server.hold.set()
    mail_server.hold = None
    states = [OutboxMessage.objects.get(pk=row.pk).state for row in (first, second)]
    assert states == ["sending", "waiting"]
    assert send_waiting() == 0, "its lease still holds"
    let_time_pass()
    assert send_waiting() == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.ambiguous, first.attempts) == ("sent", 1, 2)
    assert (second.state, second.ambiguous, second.attempts) == ("sent", 0, 1)
    assert mail_server.recipients == ["ann@mail.example", "ann@mail.example", "bob@mail.example"]
    assert mail_server.arrived[0][1] == mail_server.arrived[1][1]


def test_a_claim_older_than_the_databases_start_may_have_left(db: None, mail_server: MailServer) -> None:
    """The database may have forgotten the mark of a sender that died with it."""
    forgotten, put_off = write(), write("bob@mail.example")
    sending.claim(owner=uuid.uuid4(), size=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mail_outboxmessage SET lease_until = pg_postmaster_start_time() - interval '1 second' WHERE id = %s",
            [forgotten.pk],
        )
    assert send_waiting() == 2
    forgotten.refresh_from_db()
    put_off.refresh_from_db()
    assert (forgotten.state, forgotten.ambiguous) == ("sent", 1)
    assert (put_off.state, put_off.ambiguous) == ("sent", 0)


@pytest.mark.parametrize("hours", [2, -2])
def test_a_sender_whose_clock_is_wrong_puts_off_by_the_databases(
    db: None, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    mail_server.answers["ann@mail.example"] = ["451 4.7.1 Greylisted, come back"]
    row = write()
    right = timezone.now
    until = right() + datetime.timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: right() + datetime.timedelta(hours=hours))
        assert send_waiting(until=until) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert right() < row.not_before < right() + 2 * sending.FIRST_RETRY


def test_a_sender_that_lost_its_lease_writes_nothing_over_the_others_mark(db: None, mail_server: MailServer) -> None:
    write()
    slow, quick = uuid.uuid4(), uuid.uuid4()
    (mine,) = sending.claim(owner=slow, size=5)
    let_time_pass()
    (theirs,) = sending.claim(owner=quick, size=5)
    assert sending.settle(mine, owner=slow, state=OutboxMessage.State.SENDING) is False
    assert sending.settle(theirs, owner=quick, state=OutboxMessage.State.SENDING) is True
    assert sending.settle(mine, owner=slow, state=OutboxMessage.State.FAILED) is False


def test_a_message_put_off_for_days_fails_and_one_of_no_more_use_is_not_sent(db: None, mail_server: MailServer) -> None:
    mail_server.answers["ann@mail.example"] = ["451 4.0.0 Not now"]
    old, late = write(), write("bob@mail.example", expires_at=timezone.now() - datetime.timedelta(seconds=1))
    OutboxMessage.objects.filter(pk=old.pk).update(created_at=timezone.now() - sending.GIVE_UP_AFTER)
    assert send_waiting() == 0
    old.refresh_from_db()
    late.refresh_from_db()
    assert (old.state, old.smtp_code) == ("failed", 451)
    assert (late.state, late.last_error) == ("failed", "It came too late to be of use.")


@pytest.mark.parametrize(
    ("reason", "is_bulk", "sent"),
    [("bounced", False, 0), ("bounced", True, 0), ("asked", True, 0), ("complained", True, 0), ("asked", False, 1)],
)
def test_suppressed_addresses(db: None, mail_server: MailServer, reason: str, is_bulk: bool, sent: int) -> None:
    Suppression.objects.create(address="Ann@Mail.example", reason=reason)
    row = write(is_bulk=is_bulk)
    assert send_waiting() == sent
    assert len(mail_server.arrived) == sent
    row.refresh_from_db()
    assert row.state == ("sent" if sent else "failed")


def test_a_code_is_blanked_once_it_is_sent(db: None, mail_server: MailServer) -> None:
    secret, plain = write(is_secret=True), write("bob@mail.example")
    send_waiting()
    secret.refresh_from_db()
    plain.refresh_from_db()
    assert (secret.text, secret.forgotten_at is not None) == ("", True)
    assert plain.text.startswith("We found it.")


def test_retries_wait_longer_and_longer_but_never_for_ever() -> None:
    for attempts in range(30):
        longest = min(datetime.timedelta(minutes=1) * 2**attempts, datetime.timedelta(hours=6))
        assert longest / 2 <= retry_delay(attempts) <= longest
