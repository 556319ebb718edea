"""What is new, turned round: for each thing that can be followed, the new items it brings.

Built once for a run, in a number of queries that depends neither on readers nor on items, and asked for every reader.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from catalogue import kinds
from catalogue.choices import KindName, Visibility
from catalogue.models import Item
from catalogue.search import as_written, matching
from digests.choices import KIND_NUMBERS, Reason
from digests.choosing import KIND_WEIGHT, SEARCH_WEIGHT, topic_weight
from digests.models import Announcement, SavedSearch
from taxonomy.models import Topic

# What an item is worth by itself, beside what it is to the reader: the best standing of its kind, and why it is told.
BEST_STANDING = 0.3
WORTH_OF_REASON = {Reason.NEW: 0.0, Reason.STANDING: 0.15, Reason.SOON: 0.4}

DEPTHS = """
    SELECT row.content_object_id, closure.ancestor_id, min(closure.depth)
    FROM catalogue_itemtopic row JOIN taxonomy_topicclosure closure ON closure.descendant_id = row.tag_id
    WHERE row.content_object_id = ANY (%s)
    GROUP BY row.content_object_id, closure.ancestor_id
"""


@dataclass(frozen=True)
class News:
    """One item that is new: where it is announced, in which batch, and for whom it may be."""

    announcement: int
    item: int
    batch: int
    visibility: str
    organisation: int | None


@dataclass(frozen=True)
class Audience:
    """Readers who have seen the same batches and may see the same items."""

    last_batch: int
    is_member: bool
    organisation: int | None


class Interests:
    """The new items of a run and what brings them. `hits_for` narrows it to what one audience may get."""

    def __init__(self, news: Sequence[News], worth: Sequence[float], hits: Mapping[int, Mapping[int, float]]) -> None:
        self.news = news
        self.worth = worth
        self.hits = hits
        self._by_audience: dict[Audience, Mapping[int, Mapping[int, float]]] = {}
        self._is_restricted = any(one.visibility != Visibility.PUBLIC for one in news)
        self._first_batch = min((one.batch for one in news), default=0)

    def hits_for(self, audience: Audience) -> Mapping[int, Mapping[int, float]]:
        """Return for each code what it brings to this audience.

        Coarse where visibility is concerned: `Item.objects.listed_to` is asked for each reader when the mail leaves.
        """
        if audience.last_batch < self._first_batch and not self._is_restricted:
            return self.hits
        if not self._is_restricted:
            audience = Audience(audience.last_batch, False, None)
        known = self._by_audience.get(audience)
        if known is None:
            allowed = {place for place, one in enumerate(self.news) if _is_for(one, audience)}
            narrowed = {
                code: {place: weight for place, weight in hits.items() if place in allowed}
                for code, hits in self.hits.items()
            }
            known = {code: hits for code, hits in narrowed.items() if hits}
            self._by_audience[audience] = known
        return known


def _is_for(news: News, audience: Audience) -> bool:
    if news.batch <= audience.last_batch:
        return False
    if news.visibility == Visibility.PUBLIC:
        return True
    if not audience.is_member:
        return False
    return news.visibility == Visibility.MEMBERS or news.organisation == audience.organisation


def read_interests(*, after_batch: int, to_batch: int) -> Interests:
    """Return what was announced after one batch and up to another, and what brings it. Nine queries."""
    rows = (
        Announcement.objects.filter(batch__gt=after_batch, batch__lte=to_batch, silence="")
        .filter(item__in=Item.objects.listed().exclude(visibility=Visibility.TEAM))
        .order_by("item", "-pk")
        .values_list(
            "pk", "item", "batch", "reason", "item__visibility", "item__organisation", "item__kind", "item__standing"
        )
    )
    news: list[News] = []
    worth: list[float] = []
    by_kind: dict[str, list[int]] = defaultdict(list)
    # The newest announcement of an item comes first: whoever has not seen that has not seen those before it.
    for pk, item, batch, reason, visibility, organisation, kind, standing in rows.iterator(chunk_size=2_000):
        if news and news[-1].item == item:
            continue
        by_kind[kind].append(len(news))
        news.append(News(pk, item, batch, visibility, organisation))
        worth.append(worth_of(kind, standing, reason))
    hits: dict[int, dict[int, float]] = defaultdict(dict)
    places = {one.item: place for place, one in enumerate(news)}
    for kind, theirs in by_kind.items():
        hits[KIND_NUMBERS[KindName(kind)] * 4 + 3] = dict.fromkeys(theirs, KIND_WEIGHT)
    merged = Topic.objects.all().merged_keys()
    _add_topics(hits, places, merged)
    _add_searches(hits, places)
    return Interests(news, worth, dict(hits))


def worth_of(kind: str, standing: str, reason: str) -> float:
    """Return what an item counts by itself: by its place among the standings of its kind, and by why it is told."""
    standings = list(kinds.get(kind).standings) if kind in {known.name for known in kinds.all_kinds()} else []
    quality = 1 - standings.index(standing) / len(standings) if standing in standings else 0
    return BEST_STANDING * quality + WORTH_OF_REASON[Reason(reason)]


def _add_topics(hits: dict[int, dict[int, float]], places: Mapping[int, int], merged: Mapping[int, int]) -> None:
    before = defaultdict(list)
    for old, new in merged.items():
        before[new].append(old)
    with connection.cursor() as cursor:
        cursor.execute(DEPTHS, [list(places)])
        rows = cursor.fetchall()
    for item, topic, depth in rows:
        place, weight = places[item], topic_weight(depth)
        for followed in (topic, *before[topic]):
            with_narrower = hits[followed * 4 + 1]
            with_narrower[place] = max(weight, with_narrower.get(place, 0.0))
            if depth == 0:
                hits[followed * 4][place] = weight


def _add_searches(hits: dict[int, dict[int, float]], places: Mapping[int, int]) -> None:
    merged = Topic.objects.all().merged_slugs()
    searches = {
        pk: as_written(query, merged=merged)
        for pk, query in SavedSearch.objects.filter(followed_by__isnull=False).distinct().values_list("pk", "query")
    }
    for pk, items in matching(searches, list(places)).items() if searches else ():
        hits[pk * 4 + 2] = {places[item]: SEARCH_WEIGHT for item in items}
