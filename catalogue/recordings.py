"""Where the room of events asks for a recording of a session, and the room that keeps recordings makes it."""

import datetime
from collections.abc import Callable
from typing import Protocol

from accounts.models import User
from catalogue.models import Item
from catalogue.services import NotReady


class Maker(Protocol):
    """What makes a published recording of a session, on the same topics, and returns it.

    `url` is where it plays, `minutes` how long it is, `provider` who held the session. Raises NotReady with a sentence.
    """

    def __call__(
        self, *, session: Item, url: str, minutes: int, recorded_on: datetime.date, provider: str, by: User
    ) -> Item: ...


_makers: list[Callable[..., Item]] = []


def on_recording(maker: Maker) -> None:
    """Have recordings made here. Registered in AppConfig.ready; one room makes them."""
    if maker not in _makers:
        _makers.append(maker)


def make_recording(
    *, session: Item, url: str, minutes: int, recorded_on: datetime.date, provider: str, by: User
) -> Item:
    """Return a recording of the session, made by the room that keeps recordings.

    Raises NotReady with a sentence, also where no room does.
    """
    if not _makers:
        raise NotReady("This portal keeps no recordings.")
    return _makers[0](session=session, url=url, minutes=minutes, recorded_on=recorded_on, provider=provider, by=by)
