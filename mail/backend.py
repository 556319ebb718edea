"""What Django, allauth and any other library send through: everything becomes a row of the outbox."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from mail.services import queue

HTML = "text/html"


class OutboxEmailBackend(BaseEmailBackend):
    """Writes messages to the outbox in the current transaction, one row for each address."""

    @transaction.atomic
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages and return how many there were.

        Raises BadHeaderError for a line break in a header and ValueError for what the outbox cannot carry.
        """
        for message in email_messages:
            text, html = parts(message)
            headers = {name: str(value) for name, value in message.extra_headers.items()}
            for recipient in message.recipients():
                queue(
                    to=recipient,
                    subject=str(message.subject),
                    text=text,
                    html=html,
                    from_email=message.from_email,
                    reply_to=message.reply_to[0] if message.reply_to else "",
                    headers=headers,
                    purpose="django",
                )
        return len(email_messages)


def parts(message: EmailMessage) -> tuple[str, str]:
    """Return the text and the HTML of the message. Raises ValueError where it holds anything else."""
    if message.attachments:
        raise ValueError("The outbox carries no attachments.")
    if len(message.reply_to) > 1:
        raise ValueError("The outbox carries one address to reply to.")
    body = str(message.body)
    if message.content_subtype == "html":
        return "", body
    alternatives: list[Any] = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    if any(kind != HTML for _, kind in alternatives) or len(alternatives) > 1:
        raise ValueError("The outbox carries one text and one HTML part.")
    return body, str(alternatives[0][0]) if alternatives else ""
