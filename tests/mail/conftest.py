"""A real mail server in a thread, told per address how to answer."""

import asyncio
import email
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

DROP_BEFORE_ANSWER = "drop before the answer"


@dataclass
class MailServer:
    """What arrived, and what to answer: `answers["a@x.example"]` is used up one attempt at a time, then all is taken.

    While `hold` is there and not set, nobody is told that a message is taken; with `held_address`, only that address is
    held up, and before its message is taken.
    """

    port: int
    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    connections: int = 0
    hold: threading.Event | None = None
    held_address: str = ""
    holding: threading.Event = field(default_factory=threading.Event)

    @property
    def recipients(self) -> list[str]:
        """The addresses of what arrived, in order."""
        return [recipient for recipient, _ in self.arrived]

    def message(self, place: int = -1) -> EmailMessage:
        """One of the messages that arrived, read the way a mail program reads it."""
        found = email.message_from_bytes(self.arrived[place][1], policy=default)
        assert isinstance(found, EmailMessage)
        return found

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers[address] and self.answers[address][0][:1] in "45":
            return self.answers[address].pop(0)
        if address == self.held_address:
            await self.wait_until_let_go()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        answer = self.answers[recipient].pop(0) if self.answers[recipient] else ""
        content = envelope.original_content
        assert content is not None
        if answer.startswith("after body "):
            return answer.removeprefix("after body ")
        self.arrived.append((recipient, content))
        if not self.held_address:
            await self.wait_until_let_go()
        if answer == DROP_BEFORE_ANSWER:
            server.transport.abort()
        return "250 OK"

    async def wait_until_let_go(self) -> None:
        """Hold a sender up, and say so, where the test asks for it."""
        if self.hold is not None:
            self.holding.set()
            await asyncio.get_running_loop().run_in_executor(None, self.hold.wait, 30)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Start a mail server and point the portal at it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = MailServer(port)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SMTP = smtp_settings(port)
    try:
        yield server
    finally:
        if server.hold is not None:
            server.hold.set()
        controller.stop()


def smtp_settings(port: int) -> dict[str, object]:
    """What EMAIL_URL=smtp://127.0.0.1:port gives."""
    return {"host": "127.0.0.1", "port": port, "user": "", "password": "", "use_ssl": False, "use_tls": False}


@pytest.fixture
def in_threads() -> Callable[[int, Callable[[], Any]], list[Any]]:
    """Give a function that runs another one in so many threads at once and returns what each gave."""
    from django.db import connection

    def run(count: int, work: Callable[[], Any]) -> list[Any]:
        results: list[Any] = []
        barrier = threading.Barrier(count)

        def turn() -> None:
            try:
                barrier.wait()
                results.append(work())
            finally:
                connection.close()

        threads = [threading.Thread(target=turn) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run
