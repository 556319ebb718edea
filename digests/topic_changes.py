"""How saved searches and notes follow when topics are merged or put back; follows do in `services.vocabulary`."""

from collections.abc import Collection
from typing import Any

from django.http import QueryDict

from catalogue.search import SearchFilters
from digests.models import Follow, Note, SavedSearch
from digests.services.following import wanted_from
from taxonomy.attached import rows_of
from taxonomy.hooks import Attached, Memory
from taxonomy.models import Topic

_notes = rows_of(Note, topic="topic", owner="run", name="notes", label="notes in updates", once=False)
_searchers = rows_of(Follow, topic="search", owner="subscriber", name="searchers", label="followers of a search")


def attached_to_topics() -> list[Attached]:
    """Return what the updates keep about topics beside who follows them."""
    searches = Attached(
        name="saved_searches", label="saved searches", count=_count, move=_move_searches, restore=_restore_searches
    )
    return [searches, _notes]


def _with_topic(topic: Topic) -> list[SavedSearch]:
    found = SavedSearch.objects.filter(query__contains=f"topic={topic.slug}").order_by("pk")
    return [search for search in found if topic.slug in QueryDict(search.query).getlist("topic")]


def _count(topic: Topic) -> int:
    return len(_with_topic(topic))


def _move_searches(source: Topic, target: Topic, only: Collection[int] | None) -> Memory:
    """Let each search ask for the other topic; where somebody saved that search already, the two become one."""
    if only is not None:
        return {"rewritten": [], "joined": []}
    rewritten: list[list[Any]] = []
    joined: list[list[Any]] = []
    for search in _with_topic(source):
        asked = QueryDict(search.query, mutable=True)
        slugs = [target.slug if slug == source.slug else slug for slug in asked.getlist("topic")]
        asked.setlist("topic", list(dict.fromkeys(slugs)))
        query = SearchFilters.from_query(asked).as_query()
        same = SavedSearch.objects.filter(query=query).first()
        if same is not None:
            joined.append([search.pk, same.pk, _searchers.move(search, same, None)])  # type: ignore[arg-type]  # as a topic
        else:
            rewritten.append([search.pk, search.query, search.words])
            search.query, search.words = query, wanted_from(query).words
            search.save()
    return {"rewritten": rewritten, "joined": joined}


def _restore_searches(source: Topic, target: Topic, memory: Memory) -> None:
    for pk, query, words in memory["rewritten"]:
        if not SavedSearch.objects.filter(query=query).exists():
            SavedSearch.objects.filter(pk=pk).update(query=query, words=words)
    found = SavedSearch.objects.in_bulk([pk for first, second, _ in memory["joined"] for pk in (first, second)])
    for first, second, rows in memory["joined"]:
        if first in found and second in found:
            _searchers.restore(found[first], found[second], rows)  # type: ignore[arg-type]  # as topics
