"""Changes to the outbox that people and flows ask for: writing a message, sending it again, forgetting its text."""

import datetime
import io
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from celery import signature
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from mail.composing import OWN_HEADERS, bare_address, refuse_line_breaks
from mail.models import OutboxMessage
from mail.querysets import OutboxQuerySet

# How long the text of a settled message is kept, and how long the row that says what became of it.
TEXT_KEPT = datetime.timedelta(days=30)
ROWS_KEPT = datetime.timedelta(weeks=13)
# The purpose of the last message to somebody who left, whose address must not outlive it by long.
FAREWELL = "farewell"
FAREWELL_KEPT = datetime.timedelta(days=1)

HEADER_NAME = re.compile(r"[!-9;-~]+")
MESSAGE_KEY = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")


class CannotSend(Exception):
    """The message cannot be sent again; the sentence says why."""


@transaction.atomic
def queue(
    *,
    to: str,
    subject: str,
    text: str,
    purpose: str,
    html: str = "",
    from_email: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
    key: str = "",
    is_bulk: bool = False,
    is_secret: bool = False,
    not_before: datetime.datetime | None = None,
    expires_at: datetime.datetime | None = None,
) -> OutboxMessage:
    """Write one message to one address; it leaves once the transaction is committed.

    `key` names what the message is ("enquiry.41.received"): it becomes the Message-ID, and the same key written
    again gives back the row that is there. Without a mail server the message is kept for the development mailbox.
    Raises BadHeaderError for a line break in a header, ValueError for what is no address, name of a header or key.
    """
    sender = from_email or settings.DEFAULT_FROM_EMAIL
    for name, value in {"Subject": subject, "From": sender, "Reply-To": reply_to, **(headers or {})}.items():
        refuse_line_breaks(name, value)
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a header.")
    for name in headers or {}:
        if name.lower() in OWN_HEADERS:
            raise ValueError(f"The outbox writes the header {name} itself.")
    if key and not MESSAGE_KEY.fullmatch(key):
        raise ValueError(f"{key!r} cannot be part of a Message-ID.")
    if reply_to:
        bare_address(reply_to)
    domain = bare_address(sender).rpartition("@")[2]
    has_server = settings.SMTP is not None
    message, is_new = OutboxMessage.objects.get_or_create(
        message_id=f"<{key or uuid.uuid4().hex}@{domain}>",
        defaults={
            "purpose": purpose,
            "to": bare_address(to),
            "from_email": sender,
            "reply_to": reply_to,
            "subject": subject[:500],
            "text": text,
            "html": html,
            "headers": dict(headers or {}),
            "is_bulk": is_bulk,
            "is_secret": is_secret,
            "not_before": not_before or timezone.now(),
            "expires_at": expires_at,
            "state": OutboxMessage.State.WAITING if has_server else OutboxMessage.State.KEPT,
        },
    )
    if is_new and has_server:
        send_hint()
    return message


@dataclass(frozen=True)
class Addressed:
    """One message of a mailing: what it is about, to whom, from when on, and until when it is of use.

    key: as for `queue`; it must differ from that of every other message.
    """

    reference: int
    to: str
    key: str
    not_before: datetime.datetime
    expires_at: datetime.datetime


# In the order of `copied`. The rest of the row is the same for a whole mailing.
COPIED = ("reference", '"to"', "message_id", "not_before", "expires_at")
TAKE_IN = """
    INSERT INTO mail_outboxmessage (
        purpose, from_email, reply_to, subject, text, html, headers, is_bulk, is_secret, composer, mailing, state, attempts,
        ambiguous, last_error, created_at, reference, "to", message_id, not_before, expires_at
    )
    SELECT %(purpose)s, %(sender)s, '', %(subject)s, '', '', '{}', true, false, %(composer)s, %(mailing)s, %(state)s, 0,
        0, '', %(now)s, reference, "to", message_id, not_before, expires_at
    FROM mail_incoming ORDER BY reference
    ON CONFLICT (message_id) DO NOTHING
"""


@transaction.atomic
def queue_mailing(
    *,
    messages: Iterable[Addressed],
    composer: str,
    mailing: str,
    subject: str,
    purpose: str,
    from_email: str = "",
    is_held: bool = False,
) -> int:
    """Write many messages whose text `composer` gives when they leave; return how many are new.

    mailing: names them together, as in "digest.41". subject: what lists of the outbox show. A key that is there already
    is left alone, so the same mailing can be written again after a failure. Takes thousands in a second.
    """
    sender = from_email or settings.DEFAULT_FROM_EMAIL
    domain = bare_address(sender).rpartition("@")[2]
    rows = io.StringIO()
    for message in messages:
        if not MESSAGE_KEY.fullmatch(message.key):
            raise ValueError(f"{message.key!r} cannot be part of a Message-ID.")
        refuse_line_breaks("To", message.to)
        to = message.to.replace("\\", "\\\\").replace("\t", "\\t")
        rows.write(
            f"{message.reference}\t{to}\t<{message.key}@{domain}>\t{message.not_before.isoformat()}"
            f"\t{message.expires_at.isoformat()}\n"
        )
    rows.seek(0)
    state = OutboxMessage.State.WAITING if settings.SMTP is not None else OutboxMessage.State.KEPT
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMPORARY TABLE IF NOT EXISTS mail_incoming (reference bigint, "to" text, message_id text,'
            " not_before timestamptz, expires_at timestamptz) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE mail_incoming")
        cursor.cursor.copy_expert(f"COPY mail_incoming ({', '.join(COPIED)}) FROM STDIN", rows)
        cursor.execute(
            TAKE_IN,
            {
                "purpose": purpose,
                "sender": sender,
                "subject": subject[:500],
                "composer": composer,
                "mailing": mailing,
                "state": OutboxMessage.State.HELD if is_held else state,
                "now": timezone.now(),
            },
        )
        count: int = cursor.rowcount
    if count and settings.SMTP is not None and not is_held:
        send_hint()
    return count


def hold_mailing(*, mailing: str) -> int:
    """Keep back what of the mailing has not left; return how many. What is in a sender's hands this second goes out."""
    return (
        OutboxMessage.objects.of_mailing(mailing)
        .filter(state=OutboxMessage.State.WAITING)
        .update(state=OutboxMessage.State.HELD, lease_owner=None, lease_until=None)
    )


def go_on_with_mailing(*, mailing: str) -> int:
    """Let out what was held back; return how many."""
    state = OutboxMessage.State.WAITING if settings.SMTP is not None else OutboxMessage.State.KEPT
    count = OutboxMessage.objects.of_mailing(mailing).filter(state=OutboxMessage.State.HELD).update(state=state)
    if count and settings.SMTP is not None:
        send_hint()
    return count


def cancel(*, messages: OutboxQuerySet[OutboxMessage], reason: str) -> int:
    """Take back messages that have not left; return how many. A sender that has claimed one finds its mark refused."""
    return messages.filter(state__in=("waiting", "held")).update(
        state=OutboxMessage.State.CANCELLED, last_error=reason[:500], lease_owner=None, lease_until=None
    )


def send_hint() -> None:
    """Tell the workers after the transaction that a message waits. A lost hint costs 20 seconds: the sweep finds it."""
    transaction.on_commit(signature("mail.send_waiting", options={"expires": 300}).delay, robust=True)


@transaction.atomic
def send_again(*, messages: Iterable[OutboxMessage]) -> int:
    """Put failed and kept messages back in line, with the Message-ID they have; return how many.

    Raises CannotSend with a sentence where there is no mail server, or where a message's text is deleted already;
    then none is put back.
    """
    if settings.SMTP is None:
        raise CannotSend("There is no mail server: EMAIL_URL is not set, so messages are kept here.")
    chosen = list(
        OutboxMessage.objects.select_for_update()
        .filter(pk__in=[message.pk for message in messages], state__in=("failed", "kept"))
        .order_by("pk")
    )
    for message in chosen:
        if message.forgotten_at is not None:
            raise CannotSend(f"The text of “{message.subject}” to {message.to} is deleted already.")
    now = timezone.now()
    OutboxMessage.objects.filter(pk__in=[message.pk for message in chosen]).update(
        state=OutboxMessage.State.WAITING, attempts=0, not_before=now, created_at=now, last_error="", expires_at=None
    )
    if chosen:
        send_hint()
    return len(chosen)


@transaction.atomic
def forget_address(*, address: str) -> int:
    """Delete every message to the address, sent or not, as when its owner's account goes; return how many."""
    return OutboxMessage.objects.filter(to__iexact=address).delete()[0]


@transaction.atomic
def forget_messages(*, key: str) -> int:
    """Delete every message whose key is this one or begins with it and a dot; return how many."""
    return OutboxMessage.objects.about(key).delete()[0]


@transaction.atomic
def forget_old(*, at: datetime.datetime | None = None) -> tuple[int, int]:
    """Blank the text of messages settled long ago and delete the rows of older ones; return how many of each."""
    moment = at or timezone.now()
    settled = OutboxMessage.objects.settled()
    deleted = settled.filter(created_at__lt=moment - ROWS_KEPT).delete()[0]
    deleted += settled.filter(purpose=FAREWELL, created_at__lt=moment - FAREWELL_KEPT).delete()[0]
    blanked = settled.filter(forgotten_at=None, created_at__lt=moment - TEXT_KEPT).update(
        text="", html="", headers={}, forgotten_at=moment
    )
    return blanked, deleted
