"""What a topic's page brings together: what there is, how good it is, the best of it, and what is not here yet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, ExpressionWrapper, F, IntegerField, Q, Value, When
from django.db.models import Window as Windowed
from django.db.models.expressions import OrderBy
from django.db.models.functions import RowNumber
from django.urls import reverse

from catalogue import kinds
from catalogue.addresses import search_url
from catalogue.cards import with_card_facts
from catalogue.choices import Audience, FormGroup
from catalogue.map.choices import Across
from catalogue.map.counting import Tallies, Tally, tallies
from catalogue.map.presenting import EvidenceMap, map_of_one
from catalogue.models import Item
from catalogue.people import Contact, people_who_know
from catalogue.querysets import Reader
from catalogue.relations import Pair, weighed_about
from catalogue.search import SearchFilters
from design.cards import CardFacts
from taxonomy.models import Topic, TopicEdge

CARDS_SHOWN = 4
EXPERIENCE_SHOWN = 3
PAIRS_SHOWN = 12
# Some of the best by band may turn out to be retracted, which only their kind knows; these stand in for them.
CARDS_IN_RESERVE = 4


@dataclass
class GroupSummary:
    """One group of types: how many items, how many of each standing, best first, in words, and the newest's year."""

    label: str
    total: int
    standings: list[tuple[str, int]]
    newest: int | None
    overdue: int


@dataclass
class TopicPart:
    """One kind's part of a topic's page. `url` is the search for all of it; `missing` what to do where there is none."""

    heading: str
    plural: str
    url: str
    total: int = 0
    groups: list[GroupSummary] = field(default_factory=list)
    cards: list[Item] = field(default_factory=list)
    missing: tuple[str, str] | None = None


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


@dataclass(frozen=True)
class TopicPage:
    """All of it. experience: what matters to patients and carers. pairs: what agrees, adds or conflicts."""

    parts: list[TopicPart]
    experience: list[Item]
    experience_urls: list[tuple[str, str]]
    pairs: list[Pair]
    people: list[Contact]
    neighbours: Neighbours
    map: EvidenceMap

    @property
    def total(self) -> int:
        """How many items there are."""
        return sum(part.total for part in self.parts)


def topic_page(topic: Topic, user: Reader) -> TopicPage:
    """Gather the page of a topic for one reader.

    `topic` comes from `with_steps_around`. One query for the numbers, one for the best items and one for each of their
    kinds, one for pairs, one for each room that knows people.
    """
    edges = _steps(topic)
    near = [edge.broader_id for edge in edges if edge.narrower_id == topic.pk]
    near += [edge.narrower_id for edge in edges if edge.broader_id == topic.pk]
    numbers = tallies(user, [topic.pk, *near], SearchFilters(), Across.GROUP)
    shelves = _best(topic, user)
    return TopicPage(
        parts=_parts(topic, numbers, shelves.by_kind),
        experience=shelves.experience,
        experience_urls=_experience_urls(topic),
        pairs=weighed_about(topic, user, limit=PAIRS_SHOWN),
        people=people_who_know(topic, user),
        neighbours=_neighbours(topic, edges, numbers),
        map=map_of_one(topic, numbers),
    )


def _parts(topic: Topic, numbers: Tallies, cards: dict[str, list[Item]]) -> list[TopicPart]:
    """Return a part for every kind, in the order of the kinds."""
    parts = []
    for kind in kinds.all_kinds():
        own = {form.group for form in kind.forms.values()}
        groups = [
            _summary(kind, group, numbers[topic.pk, group])
            for group in FormGroup.values
            if group in own and (topic.pk, group) in numbers
        ]
        parts.append(
            TopicPart(
                heading=kind.topic_heading or kind.plural,
                plural=kind.plural,
                url=search_url(topic=topic.slug, kind=kind.name),
                total=sum(group.total for group in groups),
                groups=groups,
                cards=cards.get(kind.name, []),
                missing=_missing(kind, topic),
            )
        )
    return parts


def _summary(kind: kinds.Kind, group: str, tally: Tally) -> GroupSummary:
    standings = [(words, tally.standings[value]) for value, words in kind.standings.items() if tally.standings[value]]
    return GroupSummary(FormGroup(group).label, tally.number, standings, tally.newest, tally.overdue)


def _missing(kind: kinds.Kind, topic: Topic) -> tuple[str, str] | None:
    if kind.topic_missing is None:
        return None
    words, reason = kind.topic_missing
    return words, f"{reverse('enquiries:contact')}?{urlencode({'reason': reason, 'q': topic.name})}"


@dataclass
class _Shelves:
    by_kind: dict[str, list[Item]]
    experience: list[Item]


def best_first() -> list[OrderBy]:
    """Return the order in which items are worth reading: by standing, then by year."""
    places = [
        When(kind=kind.name, standing=value, then=Value(place))
        for kind in kinds.all_kinds()
        for place, value in enumerate(kind.standings)
    ]
    return [
        Case(*places, default=Value(len(places)), output_field=IntegerField()).asc(),
        F("year").desc(nulls_last=True),
        F("published_at").desc(),
        F("pk").desc(),
    ]


def tells_experience() -> Q:
    """Return what holds for items that tell what matters to patients and carers."""
    told = Q(audience__contains=[Audience.PATIENTS])
    for kind in kinds.all_kinds():
        if kind.experience_forms:
            told |= Q(kind=kind.name, form__in=kind.experience_forms)
    return told


def _best(topic: Topic, user: Reader) -> _Shelves:
    """Return the few items of each kind to show, and of what patients say: best first, retracted ones left out."""
    order = best_first()
    ranked = (
        Item.objects.listed_to(user)
        .about([topic])
        .annotate(
            is_experience=ExpressionWrapper(tells_experience(), output_field=BooleanField()),
            place=Windowed(RowNumber(), partition_by=F("kind"), order_by=order),
            place_in_experience=Windowed(RowNumber(), partition_by=F("is_experience"), order_by=order),
        )
        .filter(
            Q(place__lte=CARDS_SHOWN + CARDS_IN_RESERVE)
            | Q(is_experience=True, place_in_experience__lte=EXPERIENCE_SHOWN + CARDS_IN_RESERVE)
        )
        .order_by("place")
        .select_related("organisation")
    )
    chosen: dict[str, list[Item]] = defaultdict(list)
    experience: list[tuple[int, Item]] = []
    for item in with_card_facts(ranked):
        facts: CardFacts | None = getattr(item, "card_facts", None)
        if facts and facts.is_retracted:
            continue
        if len(chosen[item.kind]) < CARDS_SHOWN and item.place <= CARDS_SHOWN + CARDS_IN_RESERVE:  # type: ignore[attr-defined]
            chosen[item.kind].append(item)
        if item.is_experience:  # type: ignore[attr-defined]
            experience.append((item.place_in_experience, item))  # type: ignore[attr-defined]
    experience.sort(key=lambda ranked_item: ranked_item[0])
    return _Shelves(chosen, [item for _, item in experience[:EXPERIENCE_SHOWN]])


def _experience_urls(topic: Topic) -> list[tuple[str, str]]:
    forms = [form for kind in kinds.all_kinds() for form in kind.forms if form in kind.experience_forms]
    of_forms = [("topic", topic.slug), *(("form", form) for form in forms)]
    return [
        ("Qualitative studies and patient information", f"{reverse('search')}?{urlencode(of_forms)}"),
        ("Everything for patients and the public", search_url(topic=topic.slug, audience=Audience.PATIENTS)),
    ]


def _steps(topic: Topic) -> list[TopicEdge]:
    """Return the steps that came with the topic, as rows that no query reads."""
    return [
        TopicEdge(
            narrower=Topic(pk=step["narrower"], name=step["narrower_name"], slug=step["narrower_slug"]),
            broader=Topic(pk=step["broader"], name=step["broader_name"], slug=step["broader_slug"]),
            is_primary=step["is_primary"],
        )
        for step in topic.steps_around  # type: ignore[attr-defined]  # annotated by with_steps_around
    ]


def _neighbours(topic: Topic, edges: list[TopicEdge], numbers: Tallies) -> Neighbours:
    counts: dict[int, int] = defaultdict(int)
    for (topic_id, _), tally in numbers.items():
        counts[topic_id] += tally.number
    broader = [edge for edge in edges if edge.narrower_id == topic.pk]
    broader.sort(key=lambda edge: (not edge.is_primary, edge.broader.name))
    narrower = sorted((edge.narrower for edge in edges if edge.broader_id == topic.pk), key=lambda child: child.name)
    return Neighbours(
        broader=[CountedTopic(edge.broader, counts[edge.broader_id]) for edge in broader],
        narrower=[CountedTopic(child, counts[child.pk]) for child in narrower],
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
