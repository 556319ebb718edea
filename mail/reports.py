"""Reading the reports that mail servers send back when a message did not arrive (RFC 3464)."""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32

LONGEST_REASON = 300


@dataclass(frozen=True)
class Returned:
    """That one message came back from one address: is_hard where it will never get there."""

    message_id: str
    recipient: str
    is_hard: bool
    words: str


def read_report(content: bytes) -> list[Returned]:
    """Return what a report says came back; nothing for what is no such report. Never raises for what was sent to us."""
    report = email.message_from_bytes(content, policy=compat32)
    message_id = next(filter(None, map(_message_id, report.walk())), "")
    if not message_id:
        return []
    return [
        Returned(message_id, address, status.startswith("5"), words)
        for part in report.walk()
        if part.get_content_type() == "message/delivery-status"
        for address, status, words in _recipients(part)
    ]


def _message_id(part: Message) -> str:
    """Return the Message-ID of the message that a report brings back, whole or its headers alone."""
    payload = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
        inner = payload[0]
        return str(inner.get("Message-ID", "")).strip() if isinstance(inner, Message) else ""
    if part.get_content_type() == "text/rfc822-headers" and isinstance(payload, str):
        return str(email.message_from_string(payload).get("Message-ID", "")).strip()
    return ""


def _recipients(part: Message) -> Iterator[tuple[str, str, str]]:
    """Yield address, status and the server's words for each recipient that the report calls failed."""
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else ():
        if not isinstance(block, Message) or str(block.get("Action", "")).strip().lower() != "failed":
            continue
        address = str(block.get("Final-Recipient", "")).partition(";")[2].strip()
        status = str(block.get("Status", "")).strip()
        words = str(block.get("Diagnostic-Code", "")).partition(";")[2].strip() or status
        if address and status[:1] in {"4", "5"}:
            yield address, status, " ".join(words.split())[:LONGEST_REASON]
