"""What an import would change, worked out before anything does."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.text import slugify

from taxonomy.exchange.entries import Entry, Vocabulary
from taxonomy.models import Abbreviation, EntryTerm, RelatedTopics, Topic, TopicEdge
from taxonomy.names import name_key, singular_key

LONGEST_NAME = 100
SLUG_LENGTH = 90


@dataclass
class Planned:
    """One topic as it will be. topic: None where it is new. before: field → what it was, of what changes."""

    entry: Entry
    slug: str
    topic: Topic | None
    name: str
    names: list[str]
    broader: list[str] = field(default_factory=list)
    related: set[str] = field(default_factory=set)
    instead: str = ""
    status: str = Topic.Status.ACTIVE
    before: dict[str, object] = field(default_factory=dict)


@dataclass
class Plan:
    """All of it, by slug. missing: topics of the portal that the file does not name; they stay as they are."""

    topics: dict[str, Planned]
    found: int
    missing: list[str]
    problems: list[str]

    def as_json(self) -> dict[str, object]:
        """Return the difference for the person who decides, in plain values."""
        changed = [planned for planned in self.topics.values() if planned.topic is not None and planned.before]
        return {
            "found": self.found,
            "new": [planned.name for planned in self.topics.values() if planned.topic is None],
            "renamed": [[planned.before["name"], planned.name] for planned in changed if "name" in planned.before],
            "moved": [planned.name for planned in changed if "broader" in planned.before],
            "changed": [
                {"topic": planned.name, "fields": sorted(planned.before)}
                for planned in changed
                if set(planned.before) - {"name", "broader"}
            ],
            "missing": self.missing,
            "problems": self.problems,
        }


def plan(vocabulary: Vocabulary) -> Plan:
    """Compare a vocabulary with the portal's own. A fixed number of queries; changes nothing.

    What cannot be taken over is left out and told in `problems`: labels and names that two topics share, broader topics
    that nobody knows, steps that would close a cycle.
    """
    return _Planner(vocabulary).plan()


class _Planner:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems = list(vocabulary.problems)
        self.stored = {topic.slug: topic for topic in Topic.objects.select_related("merged_into", "successor")}
        self.slug_of = {topic.pk: slug for slug, topic in self.stored.items()}
        self.terms: dict[str, list[str]] = defaultdict(list)
        for topic_id, text in EntryTerm.objects.order_by("pk").values_list("topic_id", "text"):
            self.terms[self.slug_of[topic_id]].append(text)
        self.edges: dict[str, list[str]] = defaultdict(list)
        for narrower, broader in TopicEdge.objects.order_by("-is_primary", "broader__name").values_list(
            "narrower_id", "broader_id"
        ):
            self.edges[self.slug_of[narrower]].append(self.slug_of[broader])
        self.related: dict[str, set[str]] = defaultdict(set)
        for first, second in RelatedTopics.objects.values_list("first_id", "second_id"):
            self.related[self.slug_of[first]].add(self.slug_of[second])
            self.related[self.slug_of[second]].add(self.slug_of[first])
        self.ambiguous = {name_key(text) for text in Abbreviation.objects.values_list("text", flat=True)}
        self.slug_of_uri: dict[str, str] = {}
        self.taken: dict[str, str] = {}
        self.planned: dict[str, Planned] = {}

    def plan(self) -> Plan:
        """Work it out in the order in which later parts need earlier ones."""
        matched = [(entry, self._match(entry)) for entry in self.vocabulary.entries]
        kept = {topic.slug for _, topic in matched if topic is not None}
        # The names of topics that the file does not speak of are taken before any of the file's.
        for slug, topic in self.stored.items():
            if slug not in kept and topic.status != Topic.Status.MERGED:
                for name in (topic.name, *self.terms[slug]):
                    self.taken[singular_key(name)] = topic.name
        for entry, topic in matched:
            self._take_name(entry, topic)
        for planned in self.planned.values():
            self._take_other_names(planned)
        self._take_places()
        for planned in self.planned.values():
            self._compare(planned)
        missing = sorted(topic.name for slug, topic in self.stored.items() if slug not in self.planned)
        return Plan(self.planned, len(self.vocabulary.entries), missing, self.problems)

    def _match(self, entry: Entry) -> Topic | None:
        """Return the topic that the portal has already: of the same address, else of the same name."""
        if entry.slug:
            return self.stored.get(entry.slug)
        key = name_key(entry.name)
        return next((topic for topic in self.stored.values() if topic.key == key), None)

    def _take_name(self, entry: Entry, topic: Topic | None) -> None:
        status = entry.status if entry.status in Topic.Status.values else ""
        status = status or (topic.status if topic else Topic.Status.ACTIVE)
        if len(entry.name) > LONGEST_NAME:
            self.problems.append(f"“{entry.name[:60]}…” is longer than {LONGEST_NAME} letters, so it is left out.")
            return
        key = singular_key(entry.name)
        # A merged topic's name is free: it leads to the topic that it became part of.
        if status != Topic.Status.MERGED:
            if not key or key in self.taken:
                owner = self.taken.get(key, "")
                self.problems.append(f"“{entry.name}” ({entry.uri}) is the same name as “{owner}”, so it is left out.")
                return
            self.taken[key] = entry.name
        slug = topic.slug if topic else self._new_slug(entry)
        if slug in self.planned:
            self.problems.append(f"“{entry.name}” ({entry.uri}) stands twice in the file; the first one counts.")
            return
        self.slug_of_uri[entry.uri] = slug
        self.planned[slug] = Planned(entry, slug, topic, entry.name, [], status=status)

    def _new_slug(self, entry: Entry) -> str:
        wanted = slugify(entry.slug or entry.name)[:SLUG_LENGTH].strip("-") or "topic"
        slug, number = wanted, 2
        while slug in self.stored or slug in self.planned:
            slug, number = f"{wanted}-{number}", number + 1
        return slug

    def _take_other_names(self, planned: Planned) -> None:
        for text in planned.entry.names:
            key = singular_key(text)
            if len(text) > LONGEST_NAME:
                self.problems.append(f"“{text[:60]}…” is too long for a name of {planned.name}.")
            elif name_key(text) in self.ambiguous:
                self.problems.append(f"“{text}” has more than one meaning, so it is no name of {planned.name}.")
            elif self.taken.setdefault(key, planned.name) != planned.name:
                self.problems.append(f"“{text}” leads to {self.taken[key]}, so it is no name of {planned.name}.")
            elif name_key(text) not in {name_key(name) for name in (planned.name, *planned.names)}:
                # Alike in the plural only, and of one topic: harmless.
                planned.names.append(text)

    def _take_places(self) -> None:
        above = {slug: list(parents) for slug, parents in self.edges.items() if slug not in self.planned}
        for slug, planned in self.planned.items():
            above[slug] = []
            for uri in planned.entry.broader:
                parent = self._slug(uri, planned, "broader topic")
                if parent and parent not in above[slug]:
                    if parent == slug or slug in _reachable(parent, above):
                        circle = (
                            f"{planned.name} would be broader than itself"
                            if parent == slug
                            else f"{planned.name} and {self._name(parent)} would be broader than each other"
                        )
                        self.problems.append(f"{circle}, so that step is left out.")
                        continue
                    above[slug].append(parent)
            planned.broader = above[slug]
        for slug, planned in self.planned.items():
            wanted = {self._slug(uri, planned, "related topic") for uri in planned.entry.related}
            planned.related = {other for other in wanted if other and other != slug}
            if planned.entry.instead:
                planned.instead = self._slug(planned.entry.instead, planned, "topic to use instead")
            if planned.status == Topic.Status.MERGED and not planned.instead:
                self.problems.append(f"{planned.name} is merged into no topic of the file, so it comes as retired.")
                planned.status = Topic.Status.RETIRED

    def _slug(self, uri: str, planned: Planned, what: str) -> str:
        slug = self.slug_of_uri.get(uri, "")
        if not slug:
            self.problems.append(f"{planned.name} names a {what} that is not there: {uri}")
        return slug

    def _name(self, slug: str) -> str:
        return self.planned[slug].name if slug in self.planned else self.stored[slug].name

    def _compare(self, planned: Planned) -> None:
        topic, entry, before = planned.topic, planned.entry, planned.before
        if topic is None:
            return
        instead = topic.merged_into or topic.successor
        pairs: Iterable[tuple[str, object, object]] = (
            ("name", topic.name, planned.name),
            ("scope_note", topic.scope_note, entry.scope_note),
            ("key_message", topic.key_message, entry.key_message),
            ("status", topic.status, planned.status),
            ("instead", instead.slug if instead else "", planned.instead),
            ("names", sorted(self.terms[topic.slug]), sorted(planned.names)),
            ("broader", sorted(self.edges[topic.slug]), sorted(planned.broader)),
            ("main broader", self.edges[topic.slug][:1], planned.broader[:1]),
            ("related", self.related[topic.slug], planned.related),
        )
        before.update({name: old for name, old, new in pairs if old != new})


def _reachable(slug: str, above: dict[str, list[str]]) -> set[str]:
    """Return everything at or above a topic."""
    seen: set[str] = set()
    waiting = [slug]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += above.get(current, [])
    return seen
