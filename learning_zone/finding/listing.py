"""A page of the list of learning: what was found, the filters with their numbers, and the ones that are on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from catalogue.cards import with_card_facts
from catalogue.choices import KindName
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.search import matches
from design.facets import ActiveFilter, Facet, Option
from learning_zone.finding.asking import ask
from learning_zone.finding.choosing import FILTERS, Choices, Filter
from learning_zone.models import LearningResource

PAGE_SIZE = 10
LAST_PAGE = 100_000
TOPICS_OFFERED = 30
OPENED_AT_FIRST = ("type", "time")


@dataclass(frozen=True)
class Found:
    """A page of the list, its filters each with whether it stands open, and the ones that are on."""

    page: Page
    total: int
    facets: list[tuple[Facet, bool]]
    active: list[ActiveFilter]


def find_learning(choices: Choices, user: Reader, *, page: str = "1") -> Found:
    """Return a page of what this reader may find, best first where there are words, else the newest first.

    Words and filters narrow together, whatever the number of matches. The number of queries does not depend on it.
    """
    number = min(int(page), LAST_PAGE) if page.isdecimal() and page.isascii() and len(page) < 9 and int(page) else 1
    ranked = None
    if choices.q:
        ranked = matches(choices.q, Item.objects.listed_to(user).filter(kind=KindName.LEARNING), user)
    answer = ask(LearningResource.objects.offered_to(user), choices, ranked=ranked, page=number, size=PAGE_SIZE)
    items = {item.pk: item for item in Item.objects.listed_to(user).filter(pk__in=answer.ids).for_cards()}
    cards = with_card_facts(items[pk] for pk in answer.ids if pk in items)
    shown = Paginator(range(answer.total), PAGE_SIZE).get_page(number)
    shown.object_list = cards  # type: ignore[assignment]  # the page of places becomes the page of what stands on them
    facets = [_facet(one, answer.counted.get(one.name, {}), choices.chosen(one.name)) for one in FILTERS]
    return Found(
        shown,
        answer.total,
        [(facet, facet.name in OPENED_AT_FIRST) for facet in facets if facet.options],
        _active(choices, facets),
    )


def _facet(one: Filter, counted: Mapping[str, tuple[str, int]], chosen: tuple[str, ...]) -> Facet:
    """Return the options that are on or would give something; topics by number, and only the most frequent."""
    numbers = {value: number for value, (_words, number) in counted.items()}
    labels = one.labels or _topics_to_offer(counted, chosen)
    return Facet(
        one.name,
        one.label,
        [
            Option(value, label, numbers.get(value, 0), value in chosen)
            for value, label in labels.items()
            if numbers.get(value) or value in chosen
        ],
    )


def _topics_to_offer(counted: Mapping[str, tuple[str, int]], chosen: tuple[str, ...]) -> dict[str, str]:
    by_number = sorted(counted, key=lambda slug: (-counted[slug][1], counted[slug][0]))
    return {slug: counted[slug][0] for place, slug in enumerate(by_number) if place < TOPICS_OFFERED or slug in chosen}


def _active(choices: Choices, facets: Iterable[Facet]) -> list[ActiveFilter]:
    return [
        ActiveFilter(facet.label, option.label, choices.without(facet.name, option.value).url())
        for facet in facets
        for option in facet.options
        if option.selected
    ]
