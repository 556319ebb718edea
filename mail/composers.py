"""Who writes the text of a message at the moment it is sent; higher rooms register theirs in AppConfig.ready.

A mailing to many has no text in the outbox: what a reader may see is asked when the message leaves, and a hundred
thousand texts are never stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mail.models import OutboxMessage


@dataclass(frozen=True)
class Content:
    """What goes into one message. The same message must be given the same content each time it is tried."""

    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotNeeded:
    """That the message must not be sent after all, and why, in a sentence."""

    reason: str


# Takes messages of its own and gives the content of each by its key; a message it leaves out is not needed.
Composer = Callable[[Sequence["OutboxMessage"]], Mapping[int, Content | NotNeeded]]

_composers: dict[str, Composer] = {}


def register(name: str, composer: Composer) -> None:
    """Let `composer` write the messages of this name. Raises ValueError where another function has it already."""
    if _composers.setdefault(name, composer) is not composer:
        raise ValueError(f"Two functions want to write the messages of {name}.")


def contents(messages: Sequence["OutboxMessage"]) -> dict[int, Content | NotNeeded]:
    """Return what goes into each message, by its key: its own text, or what its composer writes now."""
    found: dict[int, Content | NotNeeded] = {}
    asked: dict[str, list[OutboxMessage]] = {}
    for message in messages:
        if message.composer:
            asked.setdefault(message.composer, []).append(message)
        else:
            found[message.pk] = Content(message.subject, message.text, message.html, message.headers)
    for name, theirs in asked.items():
        composer = _composers.get(name)
        written = composer(theirs) if composer else {}
        for message in theirs:
            found[message.pk] = written.get(message.pk) or NotNeeded("There is nothing left to tell.")
    return found
