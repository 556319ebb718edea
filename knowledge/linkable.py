"""Finding something in the portal to link know-how with."""

from accounts.models import User
from catalogue.models import Item
from knowledge.forms.fields import plain

SHOWN = 10


def linkable(*, words: str, reader: User, besides: int) -> list[Item]:
    """Return up to ten published items whose title holds the words, other than the item itself."""
    words = plain(words)[:100]
    if len(words) < 3:
        return []
    found = Item.objects.listed_to(reader).filter(title__icontains=words).exclude(pk=besides)
    return list(found.order_by("title")[:SHOWN])
