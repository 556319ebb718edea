"""What a reader may be about to type: topics by any of their names, and titles."""

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.expressions import RawSQL

from catalogue.models import Item
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.search.filters import clean
from catalogue.search.planning import LOOKED_AT_ALWAYS
from catalogue.search.spelling import fold
from catalogue.search.statistics import counts_of
from catalogue.search.words import quoted
from catalogue.searchindex import SearchCount
from taxonomy.models import Topic

SHORTEST = 2
LONGEST = 100
MOST_TOPICS = 3
MOST_TITLES = 6

# Words of the title, the last one by its beginning.
IN_TITLE = "SELECT item_id FROM catalogue_searchentry WHERE words @@ to_tsquery('simple', %s)"


@dataclass(frozen=True)
class Option:
    """One suggestion: its words, what it is, and where it leads."""

    words: str
    kind: str
    url: str


def complete(typed: str, user: Reader) -> list[Option]:
    """Return topics and titles of listed items that this reader may see and that go on as typed. At most three queries."""
    text = clean(typed)[:LONGEST]
    words = fold(text).split()
    if len(text) < SHORTEST or not words:
        return []
    topics = [Option(topic.name, "Topic", topic.get_absolute_url()) for topic in _topics(text)]
    items = _titles(words, user)
    return [*topics, *(Option(item.title, item.kind_label, item.get_absolute_url()) for item in items)]


def _topics(text: str) -> list[Topic]:
    """Return active topics one of whose names has a word that begins so, those that begin so themselves first."""
    begins = Q(name__istartswith=text) | Q(entry_terms__text__istartswith=text)
    inside = Q(name__icontains=f" {text}") | Q(entry_terms__text__icontains=f" {text}")
    found = Topic.objects.filter(begins | inside, status=Topic.Status.ACTIVE).distinct().order_by("name")
    return sorted(found, key=lambda topic: not topic.name.lower().startswith(text.lower()))[:MOST_TOPICS]


def _titles(words: list[str], user: Reader) -> list[Item]:
    """Return items by their titles: any of its words in a small catalogue, only its beginning in a large one.

    A beginning of two letters is in too many titles of a large catalogue to look at them all while somebody types.
    """
    listed: ItemQuerySet[Item] = Item.objects.listed_to(user)
    if counts_of([SearchCount.ALL_ENTRIES]).get(SearchCount.ALL_ENTRIES, 0) > LOOKED_AT_ALWAYS:
        return list(listed.filter(search_entry__title_key__startswith=" ".join(words))[:MOST_TITLES])
    *whole, begun = words
    query = " & ".join([*(f"{quoted(word)}:A" for word in whole), f"{quoted(begun)}:*A"])
    found = listed.filter(pk__in=RawSQL(IN_TITLE, [query]))  # noqa: S611 - folded words hold letters and digits only
    return list(found.order_by("-published_at", "-pk")[:MOST_TITLES])
