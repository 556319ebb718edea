"""That no word of a message leaves before its mark, and that a mark costs the database little."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from kmportal.measuring.mailing import mail_sink
from mail import sending, smtp
from mail.marking import Marks, unhurried_disk
from mail.models import OutboxMessage
from mail.services import queue

CONTENT = b"Message-ID: <one@portal.example>\r\n\r\nHello\r\n"


def test_a_server_that_knows_of_a_message_takes_nothing_when_its_mark_is_refused(tmp_path: Path) -> None:
    with mail_sink(tmp_path / "taken.log") as server:
        with smtp.connection(server) as client:
            assert client.has_extn("pipelining")
            with pytest.raises(smtp.NotHeld):
                smtp.deliver(client, sender="p@x.example", recipient="a@x.example", content=CONTENT, mark=lambda: False)
            assert client.sock is None, "a connection in the middle of a message is of no more use"
        with smtp.connection(server) as client:
            outcome = smtp.deliver(client, sender="p@x.example", recipient="b@x.example", content=CONTENT)
    assert outcome.result is smtp.Result.SENT
    taken = (tmp_path / "taken.log").read_text().splitlines()
    assert [line.split("\t")[0] for line in taken] == ["b@x.example"]


def test_a_database_that_fails_at_the_mark_ends_the_connection_without_a_text(tmp_path: Path) -> None:
    def fail() -> bool:
        raise DatabaseError("gone")

    with mail_sink(tmp_path / "taken.log") as server:
        with pytest.raises(DatabaseError), smtp.connection(server) as client:
            smtp.deliver(client, sender="p@x.example", recipient="a@x.example", content=CONTENT, mark=fail)
        with smtp.connection(server) as client:
            smtp.deliver(client, sender="p@x.example", recipient="b@x.example", content=CONTENT)
    assert "a@x.example" not in (tmp_path / "taken.log").read_text()


def test_there_is_time_for_the_next_message_once_this_one_is_marked_and_handed_over(tmp_path: Path) -> None:
    order: list[str] = []
    with mail_sink(tmp_path / "taken.log") as server, smtp.connection(server) as client:
        outcome = smtp.deliver(
            client,
            sender="p@x.example",
            recipient="a@x.example",
            content=CONTENT,
            mark=lambda: not order.append("marked"),  # type: ignore[func-returns-value]
            meanwhile=lambda: order.append("time for the next"),
        )
    assert outcome.result is smtp.Result.SENT
    assert order == ["marked", "time for the next"]


@pytest.mark.django_db(transaction=True)
def test_the_mark_before_a_message_leaves_touches_no_index(settings: Any) -> None:
    """As PostgreSQL counts it: a version of the row on the same page, with nothing new in any index (HOT)."""
    settings.SMTP = {"host": "127.0.0.1", "port": 9, "user": "", "password": "", "use_ssl": False, "use_tls": False}
    message = queue(to="ann@mail.example", subject="Hello", text="Text", purpose="test")
    owner = uuid.uuid4()
    (claimed,) = sending.claim(owner=owner, size=1)
    assert claimed.pk == message.pk
    before = _updates_in_place()
    with unhurried_disk():
        assert Marks(owner).sending(claimed)
    assert OutboxMessage.objects.get().state == "sending"
    assert _updates_in_place() == before + 1


def _updates_in_place() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT pg_stat_get_tuples_hot_updated('mail_outboxmessage'::regclass)")
        count: int = cursor.fetchone()[0]
        return count
