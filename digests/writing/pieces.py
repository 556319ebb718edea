"""Pieces of mails, drawn by templates once and joined often: an item is drawn once for all who get it.

What is put in between is marked by characters that no text of people's can hold (`words.plain`), so that no title is ever
taken for such a mark.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.conf import settings
from django.template.loader import render_to_string

from catalogue import kinds
from digests.writing.words import MARK, plain
from mail.links import portal_url

KEPT = 4_000
Made = TypeVar("Made")


class Shown(Protocol):
    """What a mail shows of an item."""

    pk: int
    title: str
    kind: str
    version: int

    def get_absolute_url(self) -> str: ...


@dataclass(frozen=True)
class Piece:
    """A text with places to fill in, as the stretches between them and the names of the places."""

    stretches: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Piece":
        """Take a text apart at its marks: MARK name MARK."""
        parts = text.split(MARK)
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with every place filled in."""
        joined = [self.stretches[0]]
        for place, stretch in zip(self.places, self.stretches[1:], strict=True):
            joined += (values[place], stretch)
        return "".join(joined)


@dataclass(frozen=True)
class Pair:
    """The same piece for the HTML part and for the text part."""

    html: Piece
    text: Piece


class Kept(Generic[Made]):
    """What was made lately, the oldest thrown away."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Any, Made] = OrderedDict()

    def get(self, key: Any) -> Made | None:
        """Return what was made under this key, if it is still there."""
        return self._made.get(key)

    def put(self, key: Any, made: Made) -> Made:
        """Keep it and return it."""
        self._made[key] = made
        if len(self._made) > self._most:
            self._made.popitem(last=False)
        return made


_items: Kept[Pair] = Kept(KEPT)
_frames: Kept[Pair] = Kept(20)


def mark(place: str) -> str:
    """Return what a template puts where this place is."""
    return f"{MARK}{place}{MARK}"


def item_piece(item: Any, *, starts: str) -> Pair:
    """Return how an item stands in a mail; its place "reason" is filled in for each reader."""
    key = (item.pk, item.version, item.updated_at, starts, settings.PORTAL_URL)
    known = _items.get(key)
    if known is not None:
        return known
    context = {
        "title": plain(item.title),
        "url": portal_url(item.get_absolute_url()),
        "details": [plain(detail) for detail in details_of(item, starts) if detail],
        "reason": mark("reason"),
    }
    return _items.put(key, _drawn("item", context))


def details_of(item: Any, starts: str) -> list[str]:
    """Return what stands below a title: type, how good in the words of its kind, year, and when it takes place."""
    name, standing = kinds.get(item.kind).standing_label, item.standing_label
    # "Quality not checked yet" says itself what it is about.
    standing = f"{name}: {standing}" if standing and not standing.startswith(name) else standing
    invented = "Demonstration" if item.is_demonstration else ""
    return [item.form_label, standing, str(item.year or ""), starts, invented]


def frame_piece(*, adjective: str, day: str) -> Pair:
    """Return what stands around the items of every mail of a run."""
    key = (adjective, day, settings.PORTAL_URL, settings.BRAND["service_name"], settings.BRAND["organisation"])
    known = _frames.get(key)
    if known is not None:
        return known
    places = ("summary", "notes", "sections", "more", "view_url", "manage_url", "stop_url")
    context = {
        "brand": settings.BRAND,
        "adjective": adjective,
        "day": day,
        "home_url": portal_url("/"),
        **{place: mark(place) for place in places},
    }
    return _frames.put(key, _drawn("update", context))


def _drawn(name: str, context: Mapping[str, Any]) -> Pair:
    return Pair(
        Piece.of(render_to_string(f"digests/mail/{name}.html", dict(context))),
        Piece.of(render_to_string(f"digests/mail/{name}.txt", dict(context))),
    )
