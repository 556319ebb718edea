"""From a row of the outbox to the bytes that go to the mail server, the same bytes every time."""

import binascii
import datetime
import hashlib
import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError
from django.core.validators import validate_email

from mail.composers import Content
from mail.models import OutboxMessage

# A header folded at the usual 78 characters is cut into encoded words, which breaks the address in List-Unsubscribe.
WIDE = SMTP.clone(max_line_length=998)
WIDE_LINE = 900
CRLF = "\r\n"
# What some program takes for the end of a line.
LINE_BREAK = re.compile("[\r\n\0\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Headers that the outbox writes itself.
OWN_HEADERS = {"to", "from", "reply-to", "subject", "message-id", "date", "mime-version"}


def refuse_line_breaks(name: str, value: str) -> None:
    """Raise BadHeaderError where a header's value could begin another header."""
    if LINE_BREAK.search(value):
        raise BadHeaderError(f"The header {name} must be one line.")


@lru_cache(maxsize=1_000)
def bare_address(text: str) -> str:
    """Return the address of "Name <address>" or of an address alone, its domain as the mail server needs it.

    Raises BadHeaderError for a line break and ValueError for what is no address.
    """
    refuse_line_breaks("To", text)
    address = parseaddr(text)[1]
    try:
        validate_email(address)
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except (ValidationError, UnicodeError) as error:
        raise ValueError(f"{text!r} is not an e-mail address.") from error


@lru_cache(maxsize=1_000)
def header_address(text: str) -> Address:
    """Return name and address as a header's value, encoded where the name needs it."""
    return Address(display_name=parseaddr(text)[0], addr_spec=bare_address(text))


def to_bytes(message: OutboxMessage, content: Content | None = None) -> bytes:
    """Return the message as RFC 5322 text: 7-bit, so that any server takes it, and dated when it was written.

    content: what it says, where the message has no text of its own.
    """
    content = content or Content(message.subject, message.text, message.html, message.headers)
    mime = EmailMessage(policy=SMTP)
    mime["Subject"] = content.subject
    mime["From"] = header_address(message.from_email)
    mime["To"] = message.to
    if message.reply_to:
        mime["Reply-To"] = header_address(message.reply_to)
    mime["Date"] = format_datetime(message.created_at)
    mime["Message-ID"] = message.message_id
    # RFC 3834: out-of-office replies to a machine help nobody.
    mime["Auto-Submitted"] = "auto-generated"
    for name, value in content.headers.items():
        del mime[name]
        mime[name] = value
    mime.set_content(content.text, cte="quoted-printable")
    if content.html:
        mime.add_alternative(content.html, subtype="html", cte="quoted-printable")
        mime.set_boundary(boundary(message))
    return mime.as_bytes(policy=WIDE)


def boundary(message: OutboxMessage) -> str:
    """Return what stands between the parts: of the message alone, so that a copy is the same byte by byte."""
    return f"part-{hashlib.sha256(message.message_id.encode()).hexdigest()[:40]}"


def mailing_to_bytes(message: OutboxMessage, content: Content) -> bytes:
    """Return a message of a mailing, text and HTML, as `to_bytes` writes it but in a twentieth of the time.

    A test holds the two together: read by a mail program, they are the same. Raises BadHeaderError for a line break in
    a header.
    """
    headers = {
        "Subject": content.subject,
        "From": address_line(message.from_email),
        "To": message.to,
        "Date": date_line(message.created_at),
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        **content.headers,
    }
    if message.reply_to:
        headers["Reply-To"] = address_line(message.reply_to)
    lines = [header_line(name, value) for name, value in headers.items()]
    edge = boundary(message)
    return b"".join(
        [
            "\r\n".join(lines).encode("ascii"),
            f'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{edge}"\r\n'.encode(),
            part(edge, "plain", content.text),
            part(edge, "html", content.html),
            f"\r\n--{edge}--\r\n".encode(),
        ]
    )


@lru_cache(maxsize=1_000)
def address_line(text: str) -> str:
    """Return name and address as a header's value, in words that any program reads."""
    return str(header_address(text))


@lru_cache(maxsize=1_000)
def date_line(moment: datetime.datetime) -> str:
    """Return a moment as a header's value; a mailing is written at one."""
    return format_datetime(moment)


def header_line(name: str, value: str) -> str:
    """Return one header as it goes out, in encoded words where it holds more than ASCII (RFC 2047)."""
    refuse_line_breaks(name, value)
    if value.isascii() and len(name) + len(value) < WIDE_LINE:
        return f"{name}: {value}"
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=CRLF)}"


def part(edge: str, subtype: str, words: str) -> bytes:
    """Return one part with its headers, in quoted-printable."""
    head = (
        f'\r\n--{edge}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = words.replace(CRLF, "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    return b"".join([head.encode(), *map(encoded_line, lines)])


@lru_cache(maxsize=20_000)
def encoded_line(line: str) -> bytes:
    """Return one line with its end in quoted-printable: what many mails have in common is encoded once."""
    encoded: bytes = binascii.b2a_qp(f"{line}\n".encode(), istext=True)
    return encoded.replace(b"\n", b"\r\n")
