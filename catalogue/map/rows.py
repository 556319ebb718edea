"""Which topics are rows of the map, in their order."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from catalogue.map.choices import MapChoices, Rows
from taxonomy.models import Topic, TopicEdge


@dataclass(frozen=True)
class TopicRow:
    """A topic, how many steps it stands below the first rows, and how many topics in use are one step below it."""

    topic: Topic
    depth: int
    narrower: int


@dataclass(frozen=True)
class TopicRows:
    """The rows, and the topics above the one that is open, from the top down."""

    rows: list[TopicRow]
    above: list[Topic] = field(default_factory=list)


def topic_rows(choices: MapChoices) -> TopicRows:
    """Return the rows that the choices ask for. Each topic is one row, also where it has two broader ones. Two queries."""
    topics = {topic.pk: topic for topic in Topic.objects.active().order_by("name")}
    below: dict[int, list[int]] = defaultdict(list)
    main: dict[int, int] = {}
    places = {pk: place for place, pk in enumerate(topics)}
    edges = TopicEdge.objects.filter(broader__status=Topic.Status.ACTIVE, narrower__status=Topic.Status.ACTIVE)
    for edge in sorted(edges, key=lambda edge: (not edge.is_primary, places.get(edge.narrower_id, 0))):
        below[edge.broader_id].append(edge.narrower_id)
        main.setdefault(edge.narrower_id, edge.broader_id)
    for children in below.values():
        children.sort(key=lambda pk: places.get(pk, 0))

    def row(topic: Topic, depth: int) -> TopicRow:
        return TopicRow(topic, depth, len(below[topic.pk]))

    def branch(pk: int, depth: int) -> Iterator[TopicRow]:
        yield row(topics[pk], depth)
        for child in below[pk]:
            if main[child] == pk and child in topics:
                yield from branch(child, depth + 1)

    if choices.topic:
        narrower = [row(topics[pk], 1) for pk in below[choices.topic.pk] if pk in topics]
        return TopicRows([row(choices.topic, 0), *narrower], _above(choices.topic.pk, main, topics))
    top = [pk for pk in topics if pk not in main]
    if choices.rows == Rows.EVERY:
        return TopicRows([one for pk in top for one in branch(pk, 0)])
    return TopicRows([row(topics[pk], 0) for pk in top])


def _above(pk: int, main: dict[int, int], topics: dict[int, Topic]) -> list[Topic]:
    above: list[Topic] = []
    while pk in main and len(above) < len(main):
        pk = main[pk]
        above.insert(0, topics[pk])
    return above
