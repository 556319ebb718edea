"""What a topic's page brings together: for each kind what there is, how good it is in words, and the best of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber

from catalogue import kinds
from catalogue.addresses import search_url
from catalogue.cards import with_card_facts
from catalogue.choices import FormGroup
from catalogue.counting import topic_counts
from catalogue.models import Item
from catalogue.querysets import Reader
from design.cards import CardFacts
from taxonomy.models import Topic, TopicClosure, TopicEdge

CARDS_SHOWN = 4
# Some of the best by band may turn out to be retracted, which only their kind knows; these stand in for them.
CARDS_IN_RESERVE = 4


@dataclass
class GroupSummary:
    """One group of types: how many items, and how many of each standing, best first, in words."""

    label: str
    total: int
    standings: list[tuple[str, int]]


@dataclass
class TopicPart:
    """One kind's part of a topic's page. `url` is the search for all of it."""

    heading: str
    plural: str
    url: str
    total: int = 0
    groups: list[GroupSummary] = field(default_factory=list)
    cards: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class CountedTopic:
    """A topic with the number of items on it and below it."""

    topic: Topic
    count: int


@dataclass(frozen=True)
class Neighbours:
    """The topics around one. `trail` leads from the top down to it, along the broader topics used for breadcrumbs."""

    broader: list[CountedTopic]
    narrower: list[CountedTopic]
    trail: list[tuple[str, str]]


def topic_parts(topic: Topic, user: Reader) -> list[TopicPart]:
    """Return a part for every kind that has something, in the order of the kinds. Two queries, and two for the cards."""
    listed = Item.objects.listed_to(user).about([topic])
    tallies: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for kind_name, group, standing, number in (
        listed.order_by().values_list("kind", "form_group", "standing").annotate(number=Count("pk"))
    ):
        tallies[kind_name][group][standing] = number
    cards = _best_of_each_kind(topic, user)
    parts = []
    for kind in kinds.all_kinds():
        groups = [
            GroupSummary(
                label=FormGroup(group).label,
                total=sum(tallies[kind.name][group].values()),
                standings=_in_order(kind, tallies[kind.name][group]),
            )
            for group in FormGroup.values
            if group in tallies[kind.name]
        ]
        if groups:
            parts.append(
                TopicPart(
                    heading=kind.topic_heading or kind.plural,
                    plural=kind.plural,
                    url=search_url(topic=topic.slug, kind=kind.name),
                    total=sum(group.total for group in groups),
                    groups=groups,
                    cards=cards[kind.name],
                )
            )
    return parts


def _in_order(kind: kinds.Kind, numbers: dict[str, int]) -> list[tuple[str, int]]:
    return [(words, numbers[value]) for value, words in kind.standings.items() if value in numbers]


def _best_of_each_kind(topic: Topic, user: Reader) -> dict[str, list[Item]]:
    """Return the few items of each kind to show: by standing, then by year, retracted ones left out."""
    places = [
        When(kind=kind.name, standing=value, then=Value(place))
        for kind in kinds.all_kinds()
        for place, value in enumerate(kind.standings)
    ]
    best_first = [
        Case(*places, default=Value(len(places)), output_field=IntegerField()).asc(),
        F("year").desc(nulls_last=True),
        F("published_at").desc(),
        F("pk").desc(),
    ]
    ranked = (
        Item.objects.listed_to(user)
        .about([topic])
        .annotate(place=Window(RowNumber(), partition_by=F("kind"), order_by=best_first))
        .filter(place__lte=CARDS_SHOWN + CARDS_IN_RESERVE)
        .order_by("place")
        .for_cards()
    )
    chosen: dict[str, list[Item]] = defaultdict(list)
    for item in with_card_facts(ranked):
        facts: CardFacts | None = getattr(item, "card_facts", None)
        if len(chosen[item.kind]) < CARDS_SHOWN and not (facts and facts.is_retracted):
            chosen[item.kind].append(item)
    return chosen


def neighbours(topic: Topic, user: Reader) -> Neighbours:
    """Return the broader and narrower topics in use with their counts, and the way from the top. Two queries."""
    above = TopicClosure.objects.filter(ancestor=OuterRef("narrower"), descendant=topic)
    edges = list(
        TopicEdge.objects.filter(
            Q(Exists(above), broader__status=Topic.Status.ACTIVE)
            | Q(broader=topic, narrower__status=Topic.Status.ACTIVE)
        ).select_related("broader", "narrower")
    )
    broader = [edge for edge in edges if edge.narrower_id == topic.pk]
    broader.sort(key=lambda edge: (not edge.is_primary, edge.broader.name))
    narrower = sorted((edge.narrower for edge in edges if edge.broader_id == topic.pk), key=lambda child: child.name)
    counts = topic_counts(user, [edge.broader_id for edge in broader] + [child.pk for child in narrower])
    return Neighbours(
        broader=[CountedTopic(edge.broader, counts.get(edge.broader_id, 0)) for edge in broader],
        narrower=[CountedTopic(child, counts.get(child.pk, 0)) for child in narrower],
        trail=_trail(topic, edges),
    )


def _trail(topic: Topic, edges: Iterable[TopicEdge]) -> list[tuple[str, str]]:
    primary = {edge.narrower_id: edge.broader for edge in edges if edge.is_primary}
    trail: list[tuple[str, str]] = []
    current = topic.pk
    while current in primary and len(trail) < len(primary):
        above = primary[current]
        trail.insert(0, (above.name, above.get_absolute_url()))
        current = above.pk
    return trail
