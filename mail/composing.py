"""From a row of the outbox to the bytes that go to the mail server, the same bytes every time."""

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError
from django.core.validators import validate_email

from mail.models import OutboxMessage

# A header folded at the usual 78 characters is cut into encoded words, which breaks the address in List-Unsubscribe.
WIDE = SMTP.clone(max_line_length=998)
# Headers that the outbox writes itself.
OWN_HEADERS = {"to", "from", "reply-to", "subject", "message-id", "date", "mime-version"}


def refuse_line_breaks(name: str, value: str) -> None:
    """Raise BadHeaderError where a header's value could begin another header."""
    if any(character in value for character in "\r\n\0\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
        raise BadHeaderError(f"The header {name} must be one line.")


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


def header_address(text: str) -> Address:
    """Return name and address as a header's value, encoded where the name needs it."""
    return Address(display_name=parseaddr(text)[0], addr_spec=bare_address(text))


def to_bytes(message: OutboxMessage) -> bytes:
    """Return the message as RFC 5322 text: 7-bit, so that any server takes it, and dated when it was written."""
    mime = EmailMessage(policy=SMTP)
    mime["Subject"] = message.subject
    mime["From"] = header_address(message.from_email)
    mime["To"] = message.to
    if message.reply_to:
        mime["Reply-To"] = header_address(message.reply_to)
    mime["Date"] = format_datetime(message.created_at)
    mime["Message-ID"] = message.message_id
    # RFC 3834: out-of-office replies to a machine help nobody.
    mime["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers.items():
        del mime[name]
        mime[name] = value
    mime.set_content(message.text, cte="quoted-printable")
    if message.html:
        mime.add_alternative(message.html, subtype="html", cte="quoted-printable")
        mime.set_boundary(f"part-{hashlib.sha256(message.message_id.encode()).hexdigest()[:40]}")
    return mime.as_bytes(policy=WIDE)
