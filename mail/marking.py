"""The marks of a sender on the rows it holds: a statement each, and in a mailing most of them without waiting for the disk.

A mark that the disk has not seen survives the death of the sender but not that of the database. So in a mailing every
twentieth mark waits for the disk, which takes the ones before it along, and what was answered since then is kept in
memory and written again once the database is back.
"""

import datetime
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from mail.models import OutboxMessage

logger = logging.getLogger(__name__)

DURABLE_EVERY = 20
# How long a message that is being handed over stays this sender's: longer than a mail server may take for every answer
# (`smtp.TIMEOUT`), so that nobody sends it again while its fate is open.
IN_HAND = datetime.timedelta(seconds=150)
# How long a sender waits for a database that went away, and how often it looks, in seconds.
WAIT_FOR_DATABASE = 120
LOOK_EVERY = 0.5

MARK_SENT = """
    UPDATE mail_outboxmessage
    SET state = 'sent', sent_at = %s, smtp_code = %s, last_error = '', lease_owner = NULL, lease_until = NULL
    WHERE id = %s AND lease_owner = %s AND state IN ('waiting', 'sending')
"""
# The same, said later to a database that may have forgotten that the message was about to leave. Where another sender has
# claimed it since and has not begun, that one finds its mark refused; where it has begun, the message may arrive twice.
MARK_SENT_AGAIN = """
    UPDATE mail_outboxmessage
    SET state = 'sent', sent_at = %s, smtp_code = %s, last_error = '', lease_owner = NULL, lease_until = NULL
    WHERE id = %s AND (state = 'waiting' OR (state = 'sending' AND lease_owner = %s))
"""
COUNT_TWICE = "UPDATE mail_outboxmessage SET ambiguous = ambiguous + 1 WHERE id = %s AND sent_at IS DISTINCT FROM %s"
# What one message's answer and the next one's beginning write, in one journey to the database. Planned once for a batch.
PREPARE = """
    PREPARE mail_mark (timestamptz, smallint, bigint, uuid, bigint, interval) AS
    WITH answered AS (
        UPDATE mail_outboxmessage
        SET state = 'sent', sent_at = $1, smtp_code = $2, last_error = '', lease_owner = NULL, lease_until = NULL
        WHERE id = $3 AND lease_owner = $4 AND state IN ('waiting', 'sending')
    )
    UPDATE mail_outboxmessage SET state = 'sending', attempts = attempts + 1, lease_until = statement_timestamp() + $6
    WHERE id = $5 AND lease_owner = $4 AND state = 'waiting' AND lease_until > statement_timestamp()
"""
MARK = "EXECUTE mail_mark (%s, %s, %s, %s, %s, %s)"
# The same in one journey and one transaction, which ends when the disk has it.
DURABLE_MARK = f"SET LOCAL synchronous_commit TO on; {MARK}"


def is_lost_connection(error: DatabaseError) -> bool:
    """Whether the database went away. psycopg2 sometimes says so by a plain DatabaseError without a code."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return type(error) is DatabaseError and getattr(error.__cause__, "pgcode", None) is None


class Marks:
    """The marks of one sender on one batch of a mailing, inside `unhurried_disk`."""

    def __init__(self, owner: uuid.UUID) -> None:
        self.owner = str(owner)
        # What was answered and may not be on the disk yet; the last of it may not be written at all.
        self._unsafe: list[tuple[Any, ...]] = []
        self._unwritten: tuple[Any, ...] = (None, None, None)
        # One for all marks: making it takes its time too.
        self._cursor: CursorWrapper | None = None

    def sending(self, message: OutboxMessage) -> bool:
        """Mark that the message is about to be handed over; return whether this sender still holds it."""
        try:
            is_durable = len(self._unsafe) >= DURABLE_EVERY
            cursor = self._cursor = self._cursor or connection.cursor()
            cursor.execute(
                DURABLE_MARK if is_durable else MARK,
                (*self._unwritten, self.owner, message.pk, f"{IN_HAND.total_seconds()} seconds"),
            )
            self._unwritten = (None, None, None)
            is_held = bool(cursor.rowcount == 1)
            if is_durable and is_held:
                # Something was written, so that the commit waited, and took along what came before it.
                self._unsafe = []
            return is_held
        except DatabaseError as error:
            self._wait_out(error)
            return False

    def sent(self, message: OutboxMessage, code: int | None) -> None:
        """Note that the server took the message: it is written with the next one's mark, or by `flush`."""
        self._unwritten = (timezone.now(), code, message.pk)
        self._unsafe.append((*self._unwritten, self.owner))

    def flush(self) -> None:
        """Write what is noted, before something that takes its time."""
        if self._unwritten[2] is None:
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute(MARK_SENT, self._unsafe[-1])
            self._unwritten = (None, None, None)
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
        self._unwritten = (None, None, None)

    def durably(self, write: Callable[[], object]) -> None:
        """Write something else about the batch so that the disk has it, anew where the database goes away meanwhile."""
        while True:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit TO on")
                    write()
            except DatabaseError as error:
                self._wait_out(error)
            else:
                return

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
                        cursor.execute(MARK_SENT_AGAIN, values)
                        if cursor.rowcount == 0:
                            cursor.execute(COUNT_TWICE, (values[2], values[0]))
            except DatabaseError:
                if time.monotonic() > ends:
                    raise
                continue
            self._unsafe = []
            self._unwritten = (None, None, None)
            self._cursor = None
            begin_unhurried()
            return


def begin_unhurried() -> None:
    """Let commits of this connection return before the disk has them, and prepare the mark."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute(PREPARE)


@contextmanager
def unhurried_disk() -> Iterator[None]:
    """Do so for as long as the block lasts."""
    begin_unhurried()
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
                cursor.execute("DEALLOCATE mail_mark")
        except DatabaseError:
            # A connection that cannot be reset is not used again.
            connection.close()
