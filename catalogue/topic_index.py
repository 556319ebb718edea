"""The list of all topics: by subject, as a tree, and from A to Z with the other names that lead to them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from catalogue.counting import topic_counts
from catalogue.querysets import Reader
from taxonomy.models import EntryTerm, Topic, TopicEdge


@dataclass
class Branch:
    """A topic, how many items are on it or below it, and the topics one step below."""

    topic: Topic
    count: int
    narrower: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """One line of the list from A to Z. `term` is the other name by which the topic is listed here, "" for its own."""

    topic: Topic
    count: int
    term: str = ""

    @property
    def label(self) -> str:
        """What the line is sorted by."""
        return self.term or self.topic.name


def topic_tree(user: Reader) -> list[Branch]:
    """Return the top topics with all that is below them, by name. A topic under two others is there twice. 3 queries."""
    topics = {topic.pk: topic for topic in Topic.objects.active().order_by("name")}
    counts = topic_counts(user)
    below: dict[int, list[int]] = defaultdict(list)
    has_broader: set[int] = set()
    for edge in TopicEdge.objects.filter(narrower__in=topics, broader__in=topics):
        below[edge.broader_id].append(edge.narrower_id)
        has_broader.add(edge.narrower_id)
    order = {pk: place for place, pk in enumerate(topics)}

    def branch(pk: int) -> Branch:
        children = sorted(below[pk], key=order.__getitem__)
        return Branch(topics[pk], counts.get(pk, 0), [branch(child) for child in children])

    return [branch(pk) for pk in topics if pk not in has_broader]


def topics_from_a_to_z(user: Reader) -> list[tuple[str, list[Entry]]]:
    """Return letter → the topics and other names that begin with it; what begins with no letter comes under "0–9".

    Three queries.
    """
    counts = topic_counts(user)
    entries = [Entry(topic, counts.get(topic.pk, 0)) for topic in Topic.objects.active()]
    terms: Iterable[EntryTerm] = EntryTerm.objects.filter(topic__status=Topic.Status.ACTIVE).select_related("topic")
    entries += [Entry(term.topic, counts.get(term.topic_id, 0), term.text) for term in terms]
    entries.sort(key=lambda entry: (not entry.label[:1].isalpha(), entry.label.casefold()))
    return [(letter, list(group)) for letter, group in groupby(entries, key=lambda entry: _letter(entry.label))]


def _letter(label: str) -> str:
    first = label[:1].upper()
    return first if first.isalpha() else "0–9"
