"""Where a room that knows who came to something tells the others. A person's own learning record listens.

The listener is called inside the caller's transaction and may be told the same thing twice.
"""

import datetime
from collections.abc import Callable
from typing import Protocol

from accounts.models import User
from catalogue.models import Item


class Listener(Protocol):
    """What is called when somebody came: `minutes` is how long it took, `participatory` whether it was with others."""

    def __call__(self, *, person: User, item: Item, on: datetime.date, minutes: int, participatory: bool) -> object: ...


_listeners: list[Callable[..., object]] = []


def on_attended(listener: Listener) -> None:
    """Let the listener know of everybody who came to something. Registered in AppConfig.ready."""
    if listener not in _listeners:
        _listeners.append(listener)


def attended(*, person: User, item: Item, on: datetime.date, minutes: int, participatory: bool) -> None:
    """Say that the person came to this item on this day."""
    for listener in _listeners:
        listener(person=person, item=item, on=on, minutes=minutes, participatory=participatory)
