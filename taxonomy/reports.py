"""What of the vocabulary needs tidying: unused topics, near duplicates, missing scope notes, suggestions."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from django.db.models import Count

from taxonomy.models import EntryTerm, Topic
from taxonomy.names import singular_key

# How alike two names must be, from 0 to 1, by the longest common parts of their letters.
ALIKE = 0.84
# Comparing every two names of a very large vocabulary would take too long for a page.
MOST_COMPARED = 3_000


@dataclass(frozen=True)
class Alike:
    """Two topics with names that look like the same one."""

    first: Topic
    second: Topic
    names: tuple[str, str]


@dataclass(frozen=True)
class Tidy:
    """The report. uncompared: True where the vocabulary is too large to look for near duplicates."""

    suggested: list[Topic]
    unused: list[Topic]
    single: list[Topic]
    without_note: list[Topic]
    alike: list[Alike]
    uncompared: bool


def tidy_report() -> Tidy:
    """Work the report out, in three queries."""
    topics = list(Topic.objects.annotate(use_number=Count("uses"), below=Count("narrower_edges")).order_by("name"))
    active = [topic for topic in topics if topic.status == Topic.Status.ACTIVE]
    alike = near_duplicates(active)
    return Tidy(
        suggested=[topic for topic in topics if topic.status == Topic.Status.CANDIDATE],
        # A topic that only holds others together needs no items of its own.
        unused=[topic for topic in active if topic.use_number == 0 and topic.below == 0],  # type: ignore[attr-defined]
        single=[topic for topic in active if topic.use_number == 1],  # type: ignore[attr-defined]
        without_note=[topic for topic in active if not topic.scope_note],
        alike=alike or [],
        uncompared=alike is None,
    )


def near_duplicates(topics: list[Topic]) -> list[Alike] | None:
    """Return pairs of topics with names that are nearly the same, or None where there are too many names. One query."""
    by_pk = {topic.pk: topic for topic in topics}
    names = [(topic.pk, topic.name) for topic in topics]
    names += list(EntryTerm.objects.filter(topic__in=by_pk).values_list("topic_id", "text"))
    if len(names) > MOST_COMPARED:
        return None
    keyed = sorted((singular_key(name), pk, name) for pk, name in names)
    found: dict[tuple[int, int], Alike] = {}
    matcher = SequenceMatcher(autojunk=False)
    for (first_key, first, first_name), (second_key, second, second_name) in combinations(keyed, 2):
        pair = (min(first, second), max(first, second))
        # Names of five letters are abbreviations, and one letter makes another of them.
        if first == second or pair in found or min(len(first_key), len(second_key)) < 6:
            continue
        if abs(len(first_key) - len(second_key)) > 0.32 * max(len(first_key), len(second_key)):
            continue
        if first_key[:1] != second_key[:1]:
            # Sorted by key: what begins otherwise is rarely the same name misspelt, and most pairs end here.
            continue
        matcher.set_seqs(first_key, second_key)
        if matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
            found[pair] = Alike(by_pk[first], by_pk[second], (first_name, second_name))
    return list(found.values())
