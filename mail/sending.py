"""The sending loop: claim, mark, hand over, mark. Any number of senders may run it at once."""

import contextlib
import datetime
import logging
import random
import smtplib
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.errors import MessageError

from django.conf import settings
from django.core.mail import BadHeaderError
from django.db import transaction
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone

from mail import bounces, smtp
from mail.composers import Content, NotNeeded, contents
from mail.composing import bare_address, mailing_to_bytes, to_bytes
from mail.marking import IN_HAND, Marks, unhurried_disk
from mail.models import OutboxMessage, Suppression
from mail.rates import over_the_limit

logger = logging.getLogger(__name__)

State = OutboxMessage.State

# Messages per claim and per connection; relays limit how many they take on one.
BATCH = 200
# So many are written before they leave: what a reader may see is asked no earlier.
WRITTEN_AT_ONCE = 200
# How long a claim holds, so that what a dead sender held goes on within a minute, and how much of it a sender uses. What
# is in the server's hands holds for longer (`marking.IN_HAND`).
LEASE = datetime.timedelta(seconds=30)
USABLE_LEASE = LEASE * 0.6
# When a message that is always put off counts as failed.
GIVE_UP_AFTER = datetime.timedelta(days=3)
FIRST_RETRY = datetime.timedelta(minutes=1)
LONGEST_RETRY = datetime.timedelta(hours=6)
# What is raised about a message that cannot be written out.
UNWRITABLE = (ValueError, LookupError, MessageError, BadHeaderError)
# How long one task goes on before it lets others have the worker.
TURN = datetime.timedelta(seconds=30)


class DatabaseStart(Func):
    """When the database was last started, by its own clock."""

    function = "pg_postmaster_start_time"
    output_field = DateTimeField()


def retry_delay(attempts: int) -> datetime.timedelta:
    """Return how long to wait after so many attempts: doubling from a minute to six hours, the upper half at random.

    The chance keeps many messages that one outage put off from coming back together.
    """
    longest = min(FIRST_RETRY * 2 ** min(attempts, 20), LONGEST_RETRY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def send_waiting(*, until: datetime.datetime | None = None, most: int | None = None) -> int:
    """Send what is due, batch by batch, for one turn; return how many messages the server took.

    until: send also what waits for a moment up to this one, as when a mailing is tried before its day. most: end
    once so many were claimed.
    """
    if settings.SMTP is None:
        return 0
    sent = 0
    ends = timezone.now() + TURN
    left = most
    while timezone.now() < ends and (left is None or left > 0):
        owner = uuid.uuid4()
        batch = claim(owner=owner, size=BATCH if left is None else min(BATCH, left), until=until)
        if not batch:
            break
        if left is not None:
            left -= len(batch)
        try:
            sent += send_batch(batch, owner=owner)
        except smtp.ServerUnreachable as error:
            # No message is to blame: they wait for the next sweep, with their attempts as they were.
            logger.warning("The mail server cannot be reached: %s", error)
            release(batch, owner=owner, reason=f"The mail server cannot be reached: {error}")
            break
    return sent


@transaction.atomic
def claim(*, owner: uuid.UUID, size: int, until: datetime.datetime | None = None) -> list[OutboxMessage]:
    """Take up to `size` due messages for this sender; other senders pass over them.

    One found in the middle of being sent was left by a sender that died: it may have arrived, and is counted so. So is
    one whose claim is older than the database's last start, which may have forgotten that it was about to leave.
    """
    due = OutboxMessage.objects.due(until=until)
    if not settings.MAILINGS_ENABLED:
        due = due.filter(is_bulk=False)
    batch = list(due.select_for_update(skip_locked=True)[:size])
    mine = OutboxMessage.objects.filter(pk__in=[message.pk for message in batch])
    if any(message.state == State.SENDING or message.lease_owner for message in batch):
        may_have_left = Q(state=State.SENDING) | Q(lease_owner__isnull=False, lease_until__lt=DatabaseStart() + LEASE)
        mine.filter(may_have_left).update(
            ambiguous=F("ambiguous") + 1, last_error="The sender stopped in the middle: it may have arrived."
        )
    mine.update(state=State.WAITING, lease_owner=owner, lease_until=Now() + LEASE)
    waits = over_the_limit(batch)
    for key, wait in waits.items():
        mine.filter(pk=key).update(lease_owner=None, lease_until=None, not_before=Now() + wait)
    return [message for message in batch if message.pk not in waits]


def release(batch: Sequence[OutboxMessage], *, owner: uuid.UUID, reason: str = "") -> None:
    """Give back what this sender claimed and did not send."""
    changes: dict[str, object] = {"lease_owner": None, "lease_until": None}
    if reason:
        changes["last_error"] = reason[:500]
    mine = OutboxMessage.objects.filter(pk__in=[message.pk for message in batch])
    mine.filter(lease_owner=owner, state=State.WAITING).update(**changes)


def send_batch(batch: Sequence[OutboxMessage], *, owner: uuid.UUID) -> int:
    """Send a claimed batch and return how many messages the server took. Raises ServerUnreachable.

    A batch of a mailing alone is marked without waiting for the disk at every message.
    """
    stop_at = time.monotonic() + USABLE_LEASE.total_seconds()
    suppressed = Suppression.objects.reasons(message.to for message in batch)
    left = [message for message in batch if not settle_unsendable(message, suppressed, owner=owner)]
    if left and all(message.is_bulk for message in left):
        marks = Marks(owner)
        with unhurried_disk():
            try:
                return send_over_connections(left, owner=owner, stop_at=stop_at, marks=marks)
            finally:
                marks.finish()
                release(batch, owner=owner)
    sent = send_over_connections(left, owner=owner, stop_at=stop_at)
    release(batch, owner=owner)
    return sent


@dataclass
class Outgoing:
    """A message with what it says, and the one that leaves after it, where that is written too."""

    message: OutboxMessage
    content: Content
    is_mailing: bool
    following: "Outgoing | None" = field(repr=False)
    _bytes: bytes = field(default=b"", repr=False)

    def as_bytes(self) -> bytes:
        """Return it as it goes over the line. Raises one of UNWRITABLE where it makes no message."""
        if not self._bytes:
            write = mailing_to_bytes if self.is_mailing and self.content.html else to_bytes
            self._bytes = write(self.message, self.content)
        return self._bytes

    def prepare_following(self) -> None:
        """Write out the next message before its turn.

        Whatever is wrong with it shows then: raised now, it would leave this one in the server's hands without its mark.
        """
        if self.following is not None:
            with contextlib.suppress(Exception):
                self.following.as_bytes()


def send_over_connections(
    left: list[OutboxMessage], *, owner: uuid.UUID, stop_at: float, marks: Marks | None = None
) -> int:
    """Send the messages over one connection, opened anew where it breaks. Raises ServerUnreachable where none comes about.

    What messages without a text of their own say is written just before they leave.
    """
    waiting = written_in_time(left, owner=owner, marks=marks)
    outgoing = next(waiting, None)
    sent = 0
    while outgoing is not None and time.monotonic() < stop_at:
        with smtp.connection(settings.SMTP or {}) as client:
            while outgoing is not None and time.monotonic() < stop_at:
                outcome = send_one(outgoing, client=client, owner=owner, marks=marks)
                sent += outcome is not None and outcome.result is smtp.Result.SENT
                outgoing = next(waiting, None)
                if client.sock is None:
                    break
    return sent


def written_in_time(messages: Sequence[OutboxMessage], *, owner: uuid.UUID, marks: Marks | None) -> Iterator[Outgoing]:
    """Yield each message with what it says, written some at a time; what is not needed any more is settled."""
    for start in range(0, len(messages), WRITTEN_AT_ONCE):
        some = messages[start : start + WRITTEN_AT_ONCE]
        if marks is not None:
            marks.flush()
        written = contents(some)
        following: Outgoing | None = None
        ready: list[Outgoing] = []
        for message in reversed(some):
            content = written[message.pk]
            if isinstance(content, NotNeeded):
                settle(message, owner=owner, state=State.CANCELLED, last_error=content.reason[:500])
            else:
                following = Outgoing(message, content, marks is not None, following)
                ready.append(following)
        while ready:
            yield ready.pop()


def settle_unsendable(message: OutboxMessage, suppressed: dict[str, str], *, owner: uuid.UUID) -> bool:
    """Fail a message that must not be sent or that comes too late; return whether it was one."""
    reason = suppressed.get(message.to.lower())
    if reason is not None and (message.is_bulk or reason == Suppression.Reason.BOUNCED):
        words = f"This address is not written to: {Suppression.Reason(reason).label.lower()}."
    elif message.expires_at is not None and message.expires_at <= timezone.now():
        words = "It came too late to be of use."
    else:
        return False
    settle(message, owner=owner, state=State.FAILED, last_error=words)
    return True


def send_one(
    outgoing: Outgoing, *, client: smtplib.SMTP, owner: uuid.UUID, marks: Marks | None = None
) -> smtp.Outcome | None:
    """Mark, hand over and mark one message; None where another sender has taken it, or where it makes no message.

    The next one is written out while the server takes this one: nobody is told of it before its own mark.
    """
    message = outgoing.message
    try:
        body = outgoing.as_bytes()
        sender = bare_address(message.from_email)
    except UNWRITABLE as error:
        logger.exception("Message %s cannot be written out", message.pk)
        settle(message, owner=owner, state=State.FAILED, last_error=f"It cannot be written out: {error}")
        return None

    def mark() -> bool:
        if marks is not None:
            return marks.sending(message)
        return settle(message, owner=owner, state=State.SENDING, attempts=F("attempts") + 1)

    try:
        outcome = smtp.deliver(
            client,
            sender=sender,
            recipient=message.to,
            content=body,
            mark=mark,
            meanwhile=outgoing.prepare_following,
        )
    except smtp.NotHeld:
        return None
    if marks is None:
        record(message, outcome, owner=owner)
    elif outcome.result is smtp.Result.SENT:
        marks.sent(message, outcome.code)
    else:
        marks.durably(lambda: record(message, outcome, owner=owner))
    return outcome


def record(message: OutboxMessage, outcome: smtp.Outcome, *, owner: uuid.UUID) -> None:
    """Write down what became of an attempt."""
    now = timezone.now()
    answer = {"smtp_code": outcome.code, "last_error": f"{outcome.code or ''} {outcome.words}".strip()[:500]}
    if outcome.result is smtp.Result.SENT:
        settle(message, owner=owner, state=State.SENT, sent_at=now, smtp_code=outcome.code, last_error="")
        return
    logger.warning("Message %s was not sent: %s", message.pk, answer["last_error"])
    if outcome.result is smtp.Result.UNKNOWN:
        answer["ambiguous"] = F("ambiguous") + 1  # type: ignore[assignment]
    delay = retry_delay(message.attempts)
    deadline = min(message.created_at + GIVE_UP_AFTER, message.expires_at or now + GIVE_UP_AFTER * 2)
    if outcome.result is smtp.Result.REFUSED or now + delay > deadline:
        settle(message, owner=owner, state=State.FAILED, **answer)
        if outcome.code in bounces.NO_SUCH_MAILBOX:
            bounces.record(address=message.to, weight=bounces.HARD, words=outcome.words)
        return
    is_held = settle(message, owner=owner, state=State.WAITING, not_before=Now() + delay, **answer)
    if outcome.result is smtp.Result.UNKNOWN and not is_held:
        # Another sender has it by now and cannot know.
        OutboxMessage.objects.filter(pk=message.pk).update(ambiguous=F("ambiguous") + 1)


def settle(message: OutboxMessage, *, owner: uuid.UUID, state: State, **changes: object) -> bool:
    """Set the state of a message that this sender still holds; return whether it did.

    Where the state ends the sender's work on it, the lease goes, and a secret text with the last state.
    """
    held = OutboxMessage.objects.filter(pk=message.pk, lease_owner=owner)
    if state is State.SENDING:
        # Where the lease has run out somebody else may be about to take the message; an outcome is written all the same.
        held = held.filter(lease_until__gt=Now())
        changes |= {"lease_until": Now() + IN_HAND}
    else:
        changes |= {"lease_owner": None, "lease_until": None}
    if state is State.CANCELLED:
        held = held.filter(state=State.WAITING)
    if state in {State.SENT, State.FAILED, State.CANCELLED} and message.is_secret:
        changes |= {"text": "", "html": "", "forgotten_at": timezone.now()}
    return held.update(state=state, **changes) == 1
