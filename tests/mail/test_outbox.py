"""What gets into the outbox, what is refused, and what is forgotten."""

import datetime
import email
from collections.abc import Callable
from email.policy import default
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from mail import services
from mail.composing import to_bytes
from mail.models import OutboxMessage
from mail.services import CannotSend, forget_old, queue, send_again
from tests.mail.conftest import smtp_settings


@pytest.fixture(autouse=True)
def real_backend(settings: Any) -> None:
    """Undo what the test runner does: it puts Django's own mailbox in the place of the portal's backend."""
    settings.EMAIL_BACKEND = "mail.backend.OutboxEmailBackend"


def write(**fields: Any) -> OutboxMessage:
    return queue(**{"to": "ann@mail.example", "subject": "Hello", "text": "Text", "purpose": "test"} | fields)


def test_without_a_mail_server_messages_are_kept(db: None, django_capture_on_commit_callbacks: Callable) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        assert write().state == "kept"
    assert callbacks == []


def test_with_a_mail_server_messages_wait_and_a_hint_follows_the_commit(
    db: None, settings: Any, django_capture_on_commit_callbacks: Callable
) -> None:
    settings.SMTP = smtp_settings(25)
    with django_capture_on_commit_callbacks() as callbacks:
        assert write().state == "waiting"
    assert len(callbacks) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_lives_and_dies_with_its_transaction() -> None:
    def write_and_stumble() -> None:
        with transaction.atomic():
            send_mail("Hello", "Text", None, ["ann@mail.example"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_stumble()
    assert OutboxMessage.objects.count() == 0


def test_what_django_sends_becomes_one_row_for_each_address(db: None) -> None:
    message = EmailMultiAlternatives(
        "Hello", "Text", to=["Ann <ann@mail.example>"], bcc=["bob@mail.example"], reply_to=["team@mail.example"]
    )
    message.attach_alternative("<p>Text</p>", "text/html")
    assert message.send() == 1
    assert list(OutboxMessage.objects.order_by("to").values_list("to", "text", "html", "reply_to")) == [
        ("ann@mail.example", "Text", "<p>Text</p>", "team@mail.example"),
        ("bob@mail.example", "Text", "<p>Text</p>", "team@mail.example"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Hello\nBcc: everyone@mail.example"},
        {"subject": "Hello\r\nBcc: everyone@mail.example"},
        {"to": "ann@mail.example\nBcc: everyone@mail.example"},
        {"from_email": "x@mail.example\r\nBcc: y@mail.example"},
        {"reply_to": "x@mail.example\nBcc: y@mail.example"},
        {"headers": {"List-Id": "a\nBcc: y@mail.example"}},
        {"subject": "Hello\u2028Bcc: everyone@mail.example"},
    ],
)
def test_a_line_break_in_a_header_is_refused(db: None, fields: dict[str, Any]) -> None:
    with pytest.raises(BadHeaderError):
        write(**fields)
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "nobody"},
        {"to": ""},
        {"to": "a@b@c.example"},
        {"reply_to": "nobody"},
        {"headers": {"Bcc: x": "y"}},
        {"headers": {"From": "other@mail.example"}},
        {"headers": {"Message-ID": "<mine@mail.example>"}},
        {"key": "a b"},
        {"key": "a>b"},
        {"key": "..a"},
    ],
)
def test_nonsense_is_refused(db: None, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        write(**fields)
    assert OutboxMessage.objects.count() == 0


def test_django_messages_that_the_outbox_cannot_carry_are_refused(db: None) -> None:
    with_file = EmailMessage("Hello", "Text", to=["ann@mail.example"])
    with_file.attach("list.csv", "a,b", "text/csv")
    with pytest.raises(ValueError, match="no attachments"):
        with_file.send()
    two_answers = EmailMessage("Hello", "Text", to=["a@mail.example"], reply_to=["x@mail.example", "y@mail.example"])
    with pytest.raises(ValueError, match="one address to reply to"):
        two_answers.send()


def test_an_international_domain_is_written_as_servers_need_it(db: None) -> None:
    assert write(to="ann@bücher.example").to == "ann@xn--bcher-kva.example"


def test_the_same_key_is_the_same_message(db: None) -> None:
    first = write(key="enquiry.41.received")
    again = write(key="enquiry.41.received", text="Written anew")
    assert first.pk == again.pk
    assert again.text == "Text"
    assert first.message_id == "<enquiry.41.received@localhost>"


@given(
    subject=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200).map(str.strip).filter(bool),
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=2_000),
    name=st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40),
)
def test_whatever_is_written_is_read_the_same_and_written_the_same_again(subject: str, text: str, name: str) -> None:
    message = OutboxMessage(
        to="ann@mail.example", from_email='"Portal" <portal@mail.example>', subject=subject, text=text,
        html="<p>Text</p>", message_id="<a@mail.example>", headers={"X-Name": name},
    )  # fmt: skip
    content = to_bytes(message)
    assert content == to_bytes(message)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    read = email.message_from_bytes(content, policy=default)
    assert isinstance(read, email.message.EmailMessage)
    assert read["Subject"] == subject
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


def test_sending_again_keeps_the_message_id_and_needs_a_text_and_a_server(db: None, settings: Any) -> None:
    kept, failed, sent = write(), write(to="bob@mail.example"), write(to="cy@mail.example")
    OutboxMessage.objects.filter(pk=failed.pk).update(state="failed", last_error="550 no", attempts=1)
    OutboxMessage.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now())
    with pytest.raises(CannotSend, match="EMAIL_URL"):
        send_again(messages=[kept])
    settings.SMTP = smtp_settings(25)
    assert send_again(messages=[kept, failed, sent]) == 2
    failed.refresh_from_db()
    assert (failed.state, failed.last_error, failed.attempts) == ("waiting", "", 0)
    OutboxMessage.objects.filter(pk=failed.pk).update(state="failed", text="", forgotten_at=timezone.now())
    with pytest.raises(CannotSend, match="deleted already"):
        send_again(messages=[failed])


def test_texts_are_forgotten_after_a_month_and_rows_after_thirteen_weeks(db: None) -> None:
    now = timezone.now()
    recent, old, ancient, waiting = (write(to=f"p{number}@mail.example") for number in range(4))
    for message, age in ((old, services.TEXT_KEPT), (ancient, services.ROWS_KEPT), (waiting, services.ROWS_KEPT)):
        OutboxMessage.objects.filter(pk=message.pk).update(created_at=now - age - datetime.timedelta(hours=1))
    OutboxMessage.objects.filter(pk=waiting.pk).update(state="waiting")
    assert forget_old(at=now) == (1, 1)
    assert set(OutboxMessage.objects.values_list("pk", "text")) == {
        (recent.pk, "Text"), (old.pk, ""), (waiting.pk, "Text"),
    }  # fmt: skip
    assert forget_old(at=now) == (0, 0)
