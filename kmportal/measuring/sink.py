"""A mail server that takes everything, quickly, and writes down what it took: for measuring and for drills.

`python -m kmportal.measuring.sink LOG [--port N] [--faults SHARE] [--slow SECONDS]` prints its port and serves until it
is ended. Each accepted message is a line of LOG: recipient, Message-ID, SHA-256 of its bytes. With --faults a share of
the messages meets a refusal for now, a hang-up before the body, a hang-up after it was taken and before that was said, or
a server that says goodbye because it has taken enough.
"""

import argparse
import asyncio
import contextlib
import hashlib
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

END = b"\r\n.\r\n"
# What happens to an unlucky message, and how often among the unlucky.
REFUSE, REFUSE_BODY, HANG_UP_BEFORE, HANG_UP_AFTER = "refuse", "refuse body", "hang up before", "hang up after"
ENOUGH = "enough"
FAULTS = (REFUSE, REFUSE, REFUSE_BODY, HANG_UP_BEFORE, HANG_UP_AFTER, ENOUGH)
# Addresses whose mailbox does not exist.
GONE = b"gone"


class Conversation(asyncio.Protocol):
    """One connection: enough of RFC 5321 for a client that sends one message after the other."""

    def __init__(self, take: Callable[[bytes, bytes], None], *, faults: float, slow: float) -> None:
        self._take = take
        self._faults = faults
        self._slow = slow
        self._held = bytearray()
        self._recipient = b""
        self._in_body = False
        self._fate = ""
        self._takes_body = False
        # Not for secrets: which message is unlucky.
        self._chance = random.Random()  # noqa: S311

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 sink ready")

    def data_received(self, data: bytes) -> None:
        """Take commands line by line, and a body up to its final dot."""
        self._held += data
        while not self._transport.is_closing():
            if self._in_body:
                end = self._held.find(END)
                if end < 0:
                    return
                body, self._held, self._in_body = bytes(self._held[: end + 2]), self._held[end + len(END) :], False
                self._finish(body)
            else:
                end = self._held.find(b"\r\n")
                if end < 0:
                    return
                line, self._held = bytes(self._held[:end]), self._held[end + 2 :]
                self._answer(line)

    def _answer(self, line: bytes) -> None:
        command = line[:4].upper()
        if command == b"EHLO":
            self._say(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
        elif command == b"MAIL":
            self._fate = self._chance.choice(FAULTS) if self._chance.random() < self._faults else ""
            if self._fate == ENOUGH:
                self._say(b"421 4.7.0 Too many messages in this connection")
                self._transport.close()
            else:
                self._say(b"250 OK")
        elif command == b"RCPT":
            self._recipient = line[line.find(b"<") + 1 : line.rfind(b">")]
            is_gone = self._recipient.startswith(GONE)
            self._takes_body = not is_gone and self._fate != REFUSE
            if is_gone:
                self._say(b"550 5.1.1 No such mailbox")
            else:
                self._say(b"250 OK" if self._takes_body else b"451 4.7.1 Come back later")
        elif command == b"DATA" and not self._takes_body:
            self._say(b"554 5.5.1 No valid recipients")
        elif command == b"DATA":
            self._say(b"354 Go on")
            if self._fate == HANG_UP_BEFORE:
                self._transport.abort()
            self._in_body = True
        elif command == b"QUIT":
            self._say(b"221 Bye")
            self._transport.close()
        else:
            self._say(b"250 OK")

    def _finish(self, body: bytes) -> None:
        if self._fate == REFUSE_BODY:
            self._say(b"452 4.3.1 Disk full")
            return
        self._take(self._recipient, body)
        if self._fate == HANG_UP_AFTER:
            self._transport.abort()
        elif self._slow:
            asyncio.get_running_loop().call_later(self._slow, self._say, b"250 Taken")
        else:
            self._say(b"250 Taken")

    def _say(self, line: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(line + b"\r\n")


def message_id(body: bytes) -> str:
    """Return the Message-ID of a message, "" where it has none."""
    start = body.lower().find(b"\r\nmessage-id:")
    end = body.find(b"\r\n", start + 2)
    return body[start + 13 : end].strip().decode() if start >= 0 else ""


async def serve(log: Path, *, port: int, faults: float, slow: float) -> None:
    """Serve until ended. A line is in the log before the message is said to be taken."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def take(recipient: bytes, body: bytes) -> None:
        line = f"{recipient.decode()}\t{message_id(body)}\t{hashlib.sha256(body).hexdigest()}\n"
        os.write(file, line.encode())

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(take, faults=faults, slow=slow), "127.0.0.1", port)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--slow", type=float, default=0.0)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.log, port=given.port, faults=given.faults, slow=given.slow))


if __name__ == "__main__":
    main()
