"""Finding learning: by words, and by what matters of learning: type, level, time, cost, access, topic, what it helps to do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse

from catalogue.cards import with_card_facts
from catalogue.choices import KindName, Phrase
from catalogue.models import ItemAncestor
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.search import SearchFilters, search
from catalogue.search.filters import clean
from design.facets import ActiveFilter, Facet, Option
from learning_zone.choices import LEARNING_TYPES, Access, Cost, Level, TimeBand
from learning_zone.models import LearningResource
from taxonomy.models import Topic

PAGE_SIZE = 10
# Words are looked up by the portal's one search; this many of its best answers can be filtered further.
MOST_FOUND_BY_WORDS = 100
MOST_VALUES = 30
TOPICS_OFFERED = 30


@dataclass(frozen=True)
class Filter:
    """One filter: its parameter, its words, what it asks of a resource, and the column it counts by ("" for topics)."""

    name: str
    label: str
    labels: Mapping[str, str]
    condition: Callable[[tuple[str, ...]], Q]
    column: str = ""


def _one_of(column: str) -> Callable[[tuple[str, ...]], Q]:
    return lambda values: Q(**{f"{column}__in": values})


FILTERS = (
    Filter("type", "Type", {value: form.label for value, form in LEARNING_TYPES.items()}, _one_of("form"), "form"),
    Filter(
        "time", "Time I have", dict(TimeBand.choices), lambda values: Q(minutes__lte=max(map(int, values))), "minutes"
    ),
    Filter("level", "Level", dict(Level.choices), _one_of("level"), "level"),
    Filter("cost", "Cost", dict(Cost.choices), _one_of("cost"), "cost"),
    Filter("access", "Access", dict(Access.choices), _one_of("access"), "access"),
    Filter(
        "topic",
        "Topic",
        {},
        lambda slugs: Q(Exists(ItemAncestor.objects.filter(item=OuterRef("pk"), topic__slug__in=slugs))),
    ),
    Filter("phrase", "Helps you to", dict(Phrase.choices), lambda values: Q(phrases__overlap=list(values)), "phrases"),
)
OPENED_AT_FIRST = ("type", "time")


@dataclass(frozen=True)
class Choices:
    """What the address asks for. `time` holds one value: the longest."""

    q: str = ""
    type: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, params: QueryDict) -> Self:
        """Read an address. Never raises: what means nothing here is left out."""
        values: dict[str, Any] = {"q": clean(params.get("q", ""))[:1000]}
        for one in FILTERS:
            given = list(dict.fromkeys(clean(value) for value in params.getlist(one.name)))[:MOST_VALUES]
            values[one.name] = tuple(value for value in given if value in one.labels or (not one.labels and value))
        if values["time"]:
            values["time"] = (max(values["time"], key=int),)
        if values["topic"]:
            known = Topic.objects.active().filter(slug__in=values["topic"]).values_list("slug", flat=True)
            values["topic"] = tuple(known)
        return cls(**values)

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return the values chosen of a filter."""
        values: tuple[str, ...] = getattr(self, name)
        return values

    def without(self, name: str, value: str) -> Self:
        """Return these choices without one of them."""
        kept: dict[str, Any] = {name: tuple(one for one in self.chosen(name) if one != value)}
        return replace(self, **kept)

    def url(self) -> str:
        """Return the address of the list with these choices."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(one.name, value) for one in fields(self)[1:] for value in self.chosen(one.name)]
        address = reverse("learning_zone:find")
        return f"{address}?{urlencode(pairs)}" if pairs else address


@dataclass(frozen=True)
class Found:
    """A page of the list, its filters, and the ones that are on."""

    page: Page
    total: int
    facets: list[tuple[Facet, bool]]
    active: list[ActiveFilter]


def find_learning(choices: Choices, user: Reader, *, page: str = "1") -> Found:
    """Return a page of what this reader may find, best first where there are words, else the newest first.

    The number of queries does not depend on how much is found.
    """
    offered = LearningResource.objects.offered_to(user)
    ranked = _ranked(choices.q, user)
    if ranked is not None:
        offered = offered.filter(pk__in=ranked)
    narrowed = offered.filter(*_conditions(choices))
    if ranked is None:
        keys = list(narrowed.newest_first().values_list("pk", flat=True))
    else:
        places = {pk: place for place, pk in enumerate(ranked)}
        keys = sorted(narrowed.values_list("pk", flat=True), key=places.__getitem__)
    shown = Paginator(keys, PAGE_SIZE).get_page(page)
    items = {item.pk: item for item in offered.filter(pk__in=list(shown.object_list)).for_cards()}
    cards = with_card_facts([items[pk] for pk in shown.object_list if pk in items])
    shown.object_list = cards  # type: ignore[assignment]  # the page of keys becomes the page of their items
    facets = [(_facet(one, offered, choices), one.name in OPENED_AT_FIRST) for one in FILTERS]
    return Found(
        shown, len(keys), [(facet, opened) for facet, opened in facets if facet.options], _active(choices, facets)
    )


def _ranked(words: str, user: Reader) -> list[int] | None:
    """Return what the portal's search finds for the words, best first; None where there are no words."""
    if not words:
        return None
    filters = SearchFilters(q=words, kind=(KindName.LEARNING,))
    return [hit.item.pk for hit in search(words, filters, user, page_size=MOST_FOUND_BY_WORDS, with_facets=False).hits]


def _conditions(choices: Choices, *, besides: str = "") -> list[Q]:
    return [
        one.condition(choices.chosen(one.name)) for one in FILTERS if one.name != besides and choices.chosen(one.name)
    ]


def _facet(one: Filter, offered: ItemQuerySet[LearningResource], choices: Choices) -> Facet:
    """Return a filter with how many resources each of its values would give; values that give none are left out."""
    narrowed = offered.filter(*_conditions(choices, besides=one.name)).order_by()
    chosen = choices.chosen(one.name)
    labels, numbers = dict(one.labels), dict(_counted(one, narrowed))
    if one.name == "topic":
        labels = dict(
            Topic.objects.active().filter(slug__in=[*numbers, *chosen]).order_by("name").values_list("slug", "name")
        )
        offered_topics = sorted(labels, key=lambda slug: (-numbers.get(slug, 0), labels[slug]))[:TOPICS_OFFERED]
        labels = {slug: name for slug, name in labels.items() if slug in offered_topics or slug in chosen}
        labels = {slug: labels[slug] for slug in sorted(labels, key=lambda slug: (-numbers.get(slug, 0), labels[slug]))}
    options = [
        Option(value, label, numbers.get(value, 0), value in chosen)
        for value, label in labels.items()
        if numbers.get(value) or value in chosen
    ]
    return Facet(one.name, one.label, options)


def _counted(one: Filter, narrowed: ItemQuerySet[LearningResource]) -> Iterable[tuple[str, int]]:
    if one.name == "topic":
        rows = ItemAncestor.objects.filter(item__in=narrowed.values("pk")).order_by()
        return rows.values_list("topic__slug").annotate(number=Count("item"))
    if one.name == "time":
        sums = narrowed.aggregate(
            **{f"to_{band}": Count("pk", filter=Q(minutes__lte=int(band))) for band in one.labels}
        )
        return [(band, sums[f"to_{band}"]) for band in one.labels]
    if one.name == "phrase":
        sums = narrowed.aggregate(**{value: Count("pk", filter=Q(phrases__contains=[value])) for value in one.labels})
        return list(sums.items())
    return narrowed.values_list(one.column).annotate(number=Count("pk"))


def _active(choices: Choices, facets: Iterable[tuple[Facet, bool]]) -> list[ActiveFilter]:
    return [
        ActiveFilter(facet.label, option.label, choices.without(facet.name, option.value).url())
        for facet, _ in facets
        for option in facet.options
        if option.selected
    ]
