"""Mailings: many messages whose text is written when they leave, held, stopped and counted as one."""

import binascii
import datetime
import email
import io
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.mail import BadHeaderError
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kmportal.measuring.mailing import mail_sink
from mail import bounces, composers, marking, rates, sending
from mail.composers import Content, NotNeeded
from mail.composing import mailing_to_bytes, part, to_bytes
from mail.models import Bounce, OutboxMessage, Suppression
from mail.reports import read_report
from mail.sending import send_waiting
from mail.services import Addressed, cancel, go_on_with_mailing, hold_mailing, queue_mailing
from tests.mail.conftest import MailServer

NAME = "test-mailing"


def write_all(messages: Sequence[OutboxMessage]) -> Mapping[int, Content | NotNeeded]:
    """Write a line about the reference of each message; references above 1,000 are not needed."""
    return {
        message.pk: Content(f"Number {message.reference}", f"About {message.reference}.", f"<p>{message.reference}</p>")
        if (message.reference or 0) <= 1_000
        else NotNeeded("There is nothing to tell.")
        for message in messages
    }


@pytest.fixture(autouse=True)
def composer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the composer for the test alone."""
    monkeypatch.setattr(composers, "_composers", {**composers._composers, NAME: write_all})


def queue_some(references: Sequence[int], *, domain: str = "mail.example", **options: Any) -> int:
    now = timezone.now()
    messages = [
        Addressed(number, f"person{number}@{domain}", f"test.{number}", now, now + datetime.timedelta(days=1))
        for number in references
    ]
    options = {"composer": NAME, "mailing": "test.1", "subject": "Test", "purpose": "test"} | options
    return queue_mailing(messages=messages, **options)


def test_a_mailing_is_written_when_it_leaves(db: None, mail_server: MailServer) -> None:
    assert queue_some(range(1, 121)) == 120
    assert queue_some(range(1, 121)) == 0, "the same mailing again is the same messages"
    assert set(OutboxMessage.objects.values_list("text", flat=True)) == {""}
    assert send_waiting() == 120
    assert sorted(mail_server.recipients) == sorted(f"person{number}@mail.example" for number in range(1, 121))
    assert mail_server.message(0)["Subject"] == "Number 1"
    assert set(OutboxMessage.objects.values_list("state", "attempts", "smtp_code", "lease_owner")) == {
        ("sent", 1, 250, None)
    }


def test_what_is_not_needed_any_more_is_not_sent_and_says_why(db: None, mail_server: MailServer) -> None:
    queue_some([1, 1_001])
    assert send_waiting() == 1
    assert OutboxMessage.objects.get(reference=1_001).last_error == "There is nothing to tell."
    assert OutboxMessage.objects.get(reference=1_001).state == "cancelled"


def test_a_mailing_is_held_let_go_and_cancelled(db: None, mail_server: MailServer) -> None:
    queue_some(range(1, 4))
    queue_some(range(4, 6), mailing="test.2")
    assert hold_mailing(mailing="test.1") == 3
    assert send_waiting() == 2
    assert go_on_with_mailing(mailing="test.1") == 3
    assert cancel(messages=OutboxMessage.objects.filter(reference=2), reason="Not wanted.") == 1
    assert send_waiting() == 2
    assert cancel(messages=OutboxMessage.objects.all(), reason="Not wanted.") == 0


def test_marks_of_a_lost_database_are_written_again(mail_server: MailServer, transactional_db: None) -> None:
    """The database forgets the marks it had not brought to the disk; the sender has not forgotten them."""
    queue_some(range(1, 6))
    owner = uuid.uuid4()
    batch = sending.claim(owner=owner, size=5)
    marks = marking.Marks(owner)
    marking.begin_unhurried()
    for message in batch[:3]:
        assert marks.sending(message)
        marks.sent(message, 250)
    assert OutboxMessage.objects.filter(state="sent").count() == 2
    OutboxMessage.objects.filter(state="sent").update(
        state="waiting", sent_at=None, lease_owner=owner, lease_until=timezone.now() + sending.LEASE
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    _end_backend(backend)
    assert marks.sending(batch[3]) is False
    assert OutboxMessage.objects.filter(state="sent").count() == 3
    assert marks.sending(batch[4]) is True


def test_every_so_many_marks_the_disk_has_what_came_before(
    mail_server: MailServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "DURABLE_EVERY", 2)
    queue_some(range(1, 5))
    owner = uuid.uuid4()
    batch = sending.claim(owner=owner, size=4)
    marks = marking.Marks(owner)
    with marking.unhurried_disk(), connection.cursor() as cursor:
        for message in batch[:2]:
            assert marks.sending(message)
            marks.sent(message, 250)
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        (written,) = cursor.fetchone()
        assert marks.sending(batch[2])
        cursor.execute("SELECT pg_current_wal_flush_lsn() >= %s, current_setting('synchronous_commit')", [written])
        assert cursor.fetchone() == (True, "off")
    assert OutboxMessage.objects.filter(state="sent").count() == 2


def test_a_refused_mark_takes_nothing_to_the_disk_and_forgets_nothing(
    mail_server: MailServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "DURABLE_EVERY", 1)
    queue_some(range(1, 4))
    owner = uuid.uuid4()
    first, second, third = sending.claim(owner=owner, size=3)
    marks = marking.Marks(owner)
    marking.begin_unhurried()
    assert marks.sending(first)
    marks.sent(first, 250)
    marks.flush()
    OutboxMessage.objects.filter(pk=second.pk).update(lease_owner=uuid.uuid4())
    assert not marks.sending(second)
    OutboxMessage.objects.filter(pk=first.pk).update(state="waiting", sent_at=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    _end_backend(backend)
    assert marks.sending(third) is False
    assert OutboxMessage.objects.get(pk=first.pk).state == "sent"


def _end_backend(backend: int) -> None:
    """End a connection from outside, as a restart of the database does."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    finally:
        other.close()


def test_only_a_lost_database_is_waited_for() -> None:
    plain = DatabaseError("server closed the connection unexpectedly")
    plain.__cause__ = Exception("without a code")
    assert marking.is_lost_connection(OperationalError())
    assert marking.is_lost_connection(plain)
    assert not marking.is_lost_connection(type("ProgrammingError", (DatabaseError,), {})())


def test_no_domain_gets_more_than_its_rate(db: None, mail_server: MailServer, settings: Any) -> None:
    settings.MAIL_RATES = {"slow.example": 3}
    queue_some(range(1, 6), domain="Slow.example".lower())
    queue_some(range(6, 9))
    assert send_waiting() == 6
    waiting = OutboxMessage.objects.filter(state="waiting")
    assert waiting.count() == 2
    assert all(message.not_before > timezone.now() + datetime.timedelta(seconds=10) for message in waiting)
    assert rates.take(domain="slow.example", rate=3, wanted=1) == 0


def test_a_sender_whose_clock_is_fast_leaves_others_their_allowance(db: None) -> None:
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        assert rates.take(domain="slow.example", rate=6_000, wanted=6_000) == 6_000
    time.sleep(0.1)
    assert rates.take(domain="slow.example", rate=6_000, wanted=6_000) >= 5


def test_three_days_of_refusal_silence_an_address(db: None, mail_server: MailServer) -> None:
    mail_server.answers["person1@mail.example"] = ["550 5.1.1 No such mailbox"]
    queue_some([1])
    send_waiting()
    assert Bounce.objects.get().score == 1
    day = timezone.localdate()
    assert not bounces.record(address="Person1@mail.example", weight=bounces.HARD, words="550", on=day)
    later = [day + datetime.timedelta(days=number) for number in (1, 2)]
    said = [bounces.record(address="person1@mail.example", weight=bounces.HARD, words="550", on=on) for on in later]
    assert said == [False, True]
    assert Suppression.objects.get().reason == "bounced"
    bounces.forgive(address="person1@mail.example")
    assert (Suppression.objects.count(), Bounce.objects.count()) == (0, 0)


def test_a_report_counts_only_for_a_message_that_went_there(db: None, mail_server: MailServer) -> None:
    queue_some([1])
    send_waiting()
    message = OutboxMessage.objects.get()
    assert not bounces.arrived(message_id=message.message_id, recipient="x@mail.example", is_hard=True, words="gone")
    assert not bounces.arrived(message_id="<no@such>", recipient=message.to, is_hard=True, words="gone")
    assert bounces.arrived(message_id=message.message_id, recipient=message.to, is_hard=True, words="gone")
    assert Bounce.objects.get().score == 1


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


@given(subject=LINES, text=st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), html=LINES, name=LINES)
def test_the_quick_way_writes_what_the_standard_library_writes(subject: str, text: str, html: str, name: str) -> None:
    message = OutboxMessage(
        to="ann@mail.example",
        from_email="Portal <portal@mail.example>",
        message_id="<test@portal.example>",
        created_at=timezone.now(),
    )
    content = Content(
        subject.strip(), text, f"<p>{html}</p>", {"List-Unsubscribe": f"<https://x.example/{'y' * 150}/>"}
    )
    quick, slow = (
        email.message_from_bytes(write(message, content), policy=default) for write in (mailing_to_bytes, to_bytes)
    )
    assert isinstance(quick, EmailMessage)
    assert isinstance(slow, EmailMessage)
    assert not quick.defects
    for header in ("To", "From", "Message-ID", "Date", "List-Unsubscribe", "Auto-Submitted", "MIME-Version"):
        assert str(quick[header]) == str(slow[header])
    assert " ".join(str(quick["Subject"]).split()) == " ".join(subject.split())
    for one, other in zip(quick.walk(), slow.walk(), strict=True):
        assert one.get_content_type() == other.get_content_type()
        if not one.is_multipart():
            assert _lines(one.get_content()) == _lines(other.get_content())


def _lines(content: str) -> list[str]:
    return content.replace("\r\n", "\n").rstrip("\n").split("\n")


@given(words=st.text(st.sampled_from("aé=. \t\r\n\x00"), max_size=300))
def test_lines_encoded_one_by_one_are_the_text_encoded_at_once(words: str) -> None:
    """A line is encoded once for all mails that hold it; the bytes must not tell."""
    unix = words.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    at_once = binascii.b2a_qp(unix.encode(), istext=True).replace(b"\n", b"\r\n")
    assert part("edge", "plain", words).partition(b"\r\n\r\n")[2] == at_once


def test_a_message_that_cannot_be_written_stops_neither_the_one_before_nor_the_one_after(
    db: None, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written while the server takes the one before it, and must not be taken for a fault of that one."""
    whole = composers._composers[NAME]

    def write(messages: Sequence[OutboxMessage]) -> Mapping[int, Content | NotNeeded]:
        broken = Content("Two\nlines", "Text", "<p>Text</p>")
        written = whole(messages)
        return {message.pk: broken if message.reference == 2 else written[message.pk] for message in messages}

    monkeypatch.setitem(composers._composers, NAME, write)
    queue_some([1, 2, 3])
    assert send_waiting() == 2
    assert mail_server.recipients == ["person1@mail.example", "person3@mail.example"]
    row = OutboxMessage.objects.get(reference=2)
    assert (row.state, row.attempts, row.ambiguous) == ("failed", 0, 0)
    assert "must be one line" in row.last_error


def test_a_fault_in_writing_a_message_leaves_the_one_before_it_sent_and_marked(
    db: None, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = composers._composers[NAME]

    def write(messages: Sequence[OutboxMessage]) -> Mapping[int, Content | NotNeeded]:
        faulty: Any = Content("Two", None, "<p>Text</p>")  # type: ignore[arg-type]  # the fault
        written = whole(messages)
        return {message.pk: faulty if message.reference == 2 else written[message.pk] for message in messages}

    monkeypatch.setitem(composers._composers, NAME, write)
    queue_some([1, 2])
    with pytest.raises(AttributeError):
        send_waiting()
    assert mail_server.recipients == ["person1@mail.example"]
    rows = OutboxMessage.objects.order_by("reference").values_list("state", "ambiguous")
    assert list(rows) == [("sent", 0), ("waiting", 0)]


@pytest.mark.parametrize("breaking", ["\r\nBcc: x@mail.example", "\n", "\r", "\u2028"])
def test_no_header_holds_a_line_break(breaking: str) -> None:
    message = OutboxMessage(
        to="ann@mail.example", from_email="portal@mail.example", message_id="<a@b>", created_at=timezone.now()
    )
    with pytest.raises(BadHeaderError):
        mailing_to_bytes(message, Content(f"Hello{breaking}", "Text", "<p>Text</p>"))


@pytest.fixture
def one_composer() -> Iterator[None]:
    """Leave the registry as it was."""
    before = dict(composers._composers)
    yield
    composers._composers.clear()
    composers._composers.update(before)


def test_two_functions_cannot_write_the_same_messages(one_composer: None) -> None:
    other: Callable[..., Any] = lambda messages: {}  # noqa: E731 - any other function will do
    composers.register("mine", write_all)
    with pytest.raises(ValueError, match="mine"):
        composers.register("mine", other)


def test_a_server_that_takes_commands_at_once_gets_them_at_once(db: None, settings: Any, tmp_path: Path) -> None:
    log = tmp_path / "taken.log"
    with mail_sink(log) as server:
        settings.SMTP = server
        queue_some(range(1, 4))
        queue_mailing(
            messages=[Addressed(9, "gone@mail.example", "test.9", timezone.now(), timezone.now() + sending.LEASE)],
            composer=NAME,
            mailing="test.1",
            subject="Test",
            purpose="test",
        )
        queue_some([4])
        assert send_waiting() == 4
    states = dict(OutboxMessage.objects.values_list("reference", "state"))
    assert states == {1: "sent", 2: "sent", 3: "sent", 4: "sent", 9: "failed"}
    assert OutboxMessage.objects.get(reference=9).smtp_code == 550
    assert len(log.read_text().splitlines()) == 4


REPORT = """From: MAILER-DAEMON@relay.example
To: portal@localhost
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 No such mailbox here

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Test

--b--
"""


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({}, 1),
        ({"status": "4.2.2"}, 0.5),
        ({"action": "delayed"}, None),
        ({"recipient": "somebody.else@mail.example"}, None),
        ({"message_id": "<invented@localhost>"}, None),
    ],
)
def test_a_report_of_a_mail_that_came_back_is_counted_if_it_is_true(
    changes: dict[str, str], score: float | None, db: None, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_some([1])
    send_waiting()
    message = OutboxMessage.objects.get()
    said = {
        "recipient": message.to,
        "action": "failed",
        "status": "5.1.1",
        "message_id": message.message_id,
    } | changes
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(REPORT.format(**said).encode())))
    call_command("record_bounce")
    bounce = Bounce.objects.first()
    assert (float(bounce.score) if bounce else None) == score


@given(st.binary(max_size=500))
def test_nothing_that_is_sent_to_us_breaks_the_reading_of_reports(content: bytes) -> None:
    assert read_report(content) == []
