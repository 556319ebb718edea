"""The marks of a sender on the rows it holds: a statement each, and in a mailing most of them without waiting for the disk.

A mark that the disk has not seen survives the death of the sender but not that of the database. So in a mailing every
twentieth mark waits for the disk, which takes the ones before it along, and what was answered since then is kept in
memory and written again once the database is back.
"""

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from mail.models import OutboxMessage

logger = logging.getLogger(__name__)

DURABLE_EVERY = 20
# How long a sender waits for a database that went away, and how often it looks, in seconds.
WAIT_FOR_DATABASE = 120
LOOK_EVERY = 0.5

MARK_SENDING = """
    UPDATE mail_outboxmessage SET state = 'sending', attempts = attempts + 1
    WHERE id = %s AND lease_owner = %s AND state = 'waiting' AND lease_until > %s
"""
MARK_SENT = """
    UPDATE mail_outboxmessage
    SET state = 'sent', sent_at = %s, smtp_code = %s, last_error = '', lease_owner = NULL, lease_until = NULL
    WHERE id = %s AND lease_owner = %s AND state IN ('waiting', 'sending')
"""


def is_lost_connection(error: DatabaseError) -> bool:
    """Whether the database went away. psycopg2 sometimes says so by a plain DatabaseError without a code."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return type(error) is DatabaseError and getattr(error.__cause__, "pgcode", None) is None


class Marks:
    """The marks of one sender on one batch of a mailing."""

    def __init__(self, owner: uuid.UUID) -> None:
        self.owner = str(owner)
        self._unsafe: list[tuple[Any, ...]] = []

    def sending(self, message: OutboxMessage) -> bool:
        """Mark that the message is about to be handed over; return whether this sender still holds it."""
        values = (message.pk, self.owner, timezone.now())
        try:
            with connection.cursor() as cursor:
                cursor.execute(MARK_SENDING, values)
                return bool(cursor.rowcount == 1)
        except DatabaseError as error:
            self._wait_out(error)
            return False

    def sent(self, message: OutboxMessage, code: int | None) -> None:
        """Mark that the server took the message."""
        self._unsafe.append((timezone.now(), code, message.pk, self.owner))
        try:
            if len(self._unsafe) >= DURABLE_EVERY:
                self.make_durable()
                return
            with connection.cursor() as cursor:
                cursor.execute(MARK_SENT, self._unsafe[-1])
        except DatabaseError as error:
            self._wait_out(error)

    def make_durable(self) -> None:
        """Bring every mark so far to the disk: one commit that waits for it takes those before it along."""
        if not self._unsafe:
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO on")
            cursor.execute(MARK_SENT, self._unsafe[-1])
            if cursor.rowcount == 0:
                # Marked already: any write brings the log to the disk.
                cursor.execute("SELECT pg_current_xact_id()")
        self._unsafe = []

    def finish(self) -> None:
        """Bring the last marks to the disk, as `make_durable` does, waiting for a database that went away."""
        try:
            self.make_durable()
        except DatabaseError as error:
            self._wait_out(error)

    def _wait_out(self, error: DatabaseError) -> None:
        """Wait for the database to come back and write again what it may have forgotten; raise where it does not."""
        if not is_lost_connection(error) or connection.in_atomic_block:
            raise error
        logger.warning("The database went away in the middle of a mailing: %s", error)
        ends = time.monotonic() + WAIT_FOR_DATABASE
        while True:
            connection.close()
            time.sleep(LOOK_EVERY)
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    for values in self._unsafe:
                        cursor.execute(MARK_SENT, values)
            except DatabaseError:
                if time.monotonic() > ends:
                    raise
                continue
            self._unsafe = []
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")
            return


@contextmanager
def unhurried_disk() -> Iterator[None]:
    """Let commits of this connection return before the disk has them, for as long as the block lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
        except DatabaseError:
            # A connection that cannot be reset is not used again.
            connection.close()
