"""Speaking to the mail server, with an answer that says whether a message may be sent again without harm."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache

# How long a server may take to answer, in seconds.
TIMEOUT = 30


class Result(Enum):
    """What became of one attempt."""

    SENT = "sent"
    RETRY = "retry"  # certainly not taken: may be sent again
    REFUSED = "refused"  # will never be taken
    UNKNOWN = "unknown"  # the connection broke after the whole message was handed over


@dataclass(frozen=True)
class Outcome:
    """A result, the server's code where it gave one, its words, and whether the connection still stands."""

    result: Result
    code: int | None = None
    words: str = ""
    connected: bool = True


class NotHeld(Exception):
    """The message is not this sender's any more: nothing of it was handed over."""


class ServerUnreachable(Exception):
    """No connection to the mail server came about; the message says why. No message is to blame."""


def describe(error: Exception) -> str:
    """Return what a mail server or the network said, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {words}"
    return str(error) or type(error).__name__


def answer(code: int, words: bytes, *, connected: bool = True) -> Outcome:
    """Return the outcome that a refusal means: 5xx for good, anything else for now (RFC 5321, 4.2.1)."""
    text = words.decode("utf-8", "replace").replace("\n", " ")
    result = Result.REFUSED if 500 <= code < 600 else Result.RETRY
    # 421 announces that the server hangs up.
    return Outcome(result, code, text, connected=connected and code != 421)


@cache
def trusted() -> ssl.SSLContext:
    """Return the certificates that the machine trusts, which take long to read."""
    return ssl.create_default_context()


@contextmanager
def connection(server: Mapping[str, object]) -> Iterator[smtplib.SMTP]:
    """Give a connection to the server of `settings.SMTP`, encrypted and signed in as it says.

    Raises ServerUnreachable.
    """
    host, port = str(server["host"]), int(str(server["port"]))
    try:
        client: smtplib.SMTP
        if server["use_ssl"]:
            client = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted())
        else:
            client = smtplib.SMTP(host, port, timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerUnreachable(describe(error)) from error
    try:
        try:
            client.ehlo_or_helo_if_needed()
            if server["use_tls"]:
                client.starttls(context=trusted())
                client.ehlo()
            if server["user"]:
                client.login(str(server["user"]), str(server["password"]))
        except (OSError, smtplib.SMTPException) as error:
            raise ServerUnreachable(describe(error)) from error
        yield client
    finally:
        hang_up(client)


def hang_up(client: smtplib.SMTP) -> None:
    """Say goodbye and close, whatever state the connection is in."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def deliver(
    client: smtplib.SMTP,
    *,
    sender: str,
    recipient: str,
    content: bytes,
    mark: Callable[[], bool] = lambda: True,
    meanwhile: Callable[[], object] = lambda: None,
) -> Outcome:
    """Hand one message over. Never raises for what the server or the network does.

    Until the final dot has left, a broken connection means that nothing was taken; after it, that nobody knows
    (RFC 1047). mark: writes down that the message is about to leave, and says whether this sender still holds it; no
    word of the message leaves before. meanwhile: is called once, while the server takes the text; it must be quick and
    must not raise. Raises NotHeld where the message is not held, with the connection closed where the server was told of
    it already.
    """
    handed_over = False
    try:
        begin = begin_in_one_go if client.has_extn("pipelining") else begin_step_by_step
        refusal = begin(client, sender, recipient, mark)
        if refusal is not None:
            return refused(client, *refusal)
        client.send(dot_stuffed(content))
        handed_over = True
        meanwhile()
        code, words = client.getreply()
        if code == 250:
            return Outcome(Result.SENT, code, words.decode("utf-8", "replace"))
        return refused(client, code, words)
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        return Outcome(Result.UNKNOWN if handed_over else Result.RETRY, None, describe(error), connected=False)


def begin_step_by_step(
    client: smtplib.SMTP, sender: str, recipient: str, mark: Callable[[], bool]
) -> tuple[int, bytes] | None:
    """Say from whom and to whom, each after the answer to the last; return a refusal, None where the text may follow."""
    if not mark():
        raise NotHeld
    code, words = client.mail(sender)
    if code == 250:
        code, words = client.rcpt(recipient)
    if code in {250, 251}:
        code, words = client.docmd("data")
    return None if code == 354 else (code, words)


def begin_in_one_go(
    client: smtplib.SMTP, sender: str, recipient: str, mark: Callable[[], bool]
) -> tuple[int, bytes] | None:
    """Say the same at once to a server that allows it (RFC 2920): one journey instead of three.

    The mark is written while the server thinks. Where it is refused the connection ends without a text, so that the
    server takes nothing: a dot would have it take an empty message. Where a server takes the text of a message whose
    recipient it refused, an empty one ends the matter.
    """
    client.send(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii"))
    is_held = False
    try:
        is_held = mark()
    finally:
        if not is_held:
            client.close()
    if not is_held:
        raise NotHeld
    answers = [client.getreply() for _command in range(3)]
    for code, words in answers[:2]:
        if code not in {250, 251}:
            if answers[2][0] == 354:
                client.send(b".\r\n")
                client.getreply()
            return code, words
    return None if answers[2][0] == 354 else answers[2]


def refused(client: smtplib.SMTP, code: int, words: bytes) -> Outcome:
    """Clear the server's table for the next message, and say what the refusal of this one means.

    A server that sent 421, or that does not answer the reset, has hung up.
    """
    outcome = answer(code, words)
    if not outcome.connected or code == -1:
        client.close()
        return Outcome(outcome.result, code if code > 0 else None, outcome.words, connected=False)
    try:
        client.rset()
    except (OSError, smtplib.SMTPException):
        client.close()
        return Outcome(outcome.result, outcome.code, outcome.words, connected=False)
    return outcome


def dot_stuffed(content: bytes) -> bytes:
    """Return the content as it goes over the line: leading dots doubled, the final dot added (RFC 5321, 4.5.2)."""
    begins_with_dot = content.startswith(b".") or b"\n." in content
    stuffed = re.sub(rb"(?m)^\.", b"..", content) if begins_with_dot else content
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
