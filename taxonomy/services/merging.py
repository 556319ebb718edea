"""Merging and splitting topics, and taking it back. Everything that other rooms keep about them follows."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from taxonomy.attached import rows_of
from taxonomy.hooks import Attached, all_attached
from taxonomy.models import EntryTerm, Meaning, RelatedTopics, Topic, TopicChange, TopicEdge, TopicMapping
from taxonomy.names import name_key, singular_key
from taxonomy.services.curating import NotPossible, refuse_unless_librarian
from taxonomy.services.hierarchy import lock_hierarchy, rebuild_closure, set_broader

OWN = (
    rows_of(
        Meaning.topics.through, topic="topic", owner="meaning", name="meanings", label="meanings of an abbreviation"
    ),
    rows_of(TopicMapping, topic="topic", owner="concept", name="mappings", label="headings of other vocabularies"),
)


def in_words(numbers: Mapping[str, int]) -> str:
    """Return "items (5), other names (1)"; what there is none of is left out.

    >>> in_words({"items": 5, "champions": 0})
    'items (5)'
    """
    return ", ".join(f"{label} ({number:,})" for label, number in numbers.items() if number)


def everything_attached() -> list[Attached]:
    """Return what follows a topic: what other rooms keep about it, and what the vocabulary itself does."""
    return [*all_attached(), *OWN]


def numbers_of(topic: Topic) -> dict[str, int]:
    """Return how much of everything there is on a topic, by what it is called; a merge would move all of it."""
    numbers = {attached.label: attached.count(topic) for attached in everything_attached()}
    return {
        **numbers,
        "other names": topic.entry_terms.count(),
        "narrower topics": topic.narrower_edges.count(),
        "related topics": RelatedTopics.objects.related_to(topic).count(),
    }


@transaction.atomic
def merge(*, source: Topic, target: Topic, by: User) -> TopicChange:
    """Make one topic a part of another: items and all else move, its names lead there, its page redirects.

    Locks what carries the topic, then the two topics, so that an item that is being given the topic at the same moment
    is waited for and moves too (`current` sends later ones on). Raises NotPossible with a sentence.
    """
    refuse_unless_librarian(by)
    source, target = _hold(source, target, carried=source)
    _refuse_merge(source, target)
    numbers = {label: number for label, number in numbers_of(source).items() if number}
    memory: dict[str, Any] = {"status": source.status, "successor": source.successor_id}
    for attached in everything_attached():
        memory[attached.name] = attached.move(source, target, None)
    memory["terms"] = _move_terms(source, target)
    memory["edges"] = _move_edges(source, target)
    memory["related"] = _move_related(source, target)
    source.status, source.merged_into, source.successor = Topic.Status.MERGED, target, None
    source.save()
    rebuild_closure()
    return TopicChange.objects.create(
        kind=TopicChange.Kind.MERGE,
        source=source,
        target=target,
        target_name=target.name,
        memory=memory,
        numbers=numbers,
        by=by,
    )


@transaction.atomic
def split(
    *,
    topic: Topic,
    name: str,
    by: User,
    item_ids: Collection[int] = (),
    term_ids: Collection[int] = (),
    below: bool = True,
) -> TopicChange:
    """Make a new topic from a part of one, below it or beside it, with the items and other names that are chosen.

    Raises NotPossible with a sentence, ValidationError where the name is taken.
    """
    refuse_unless_librarian(by)
    topic, _ = _hold(topic, topic, carried=topic)
    if topic.status != Topic.Status.ACTIVE:
        raise NotPossible(f"{topic.name} is not in use.")
    made = Topic(name=" ".join(name.split()))
    made.full_clean(exclude=["slug"])
    made.save()
    memory: dict[str, Any] = {}
    for attached in all_attached():
        if attached.listing is not None:
            memory[attached.name] = attached.move(topic, made, list(item_ids))
    terms = list(topic.entry_terms.filter(pk__in=term_ids).values_list("pk", flat=True))
    EntryTerm.objects.filter(pk__in=terms).update(topic=made)
    memory["terms"] = {"moved": terms, "made": None}
    set_broader(topic=made, broader=[topic] if below else list(Topic.objects.parents_of(topic)))
    return TopicChange.objects.create(
        kind=TopicChange.Kind.SPLIT,
        source=topic,
        target=made,
        target_name=made.name,
        memory=memory,
        numbers={"items": len(item_ids), "other names": len(terms)},
        by=by,
    )


@transaction.atomic
def undo(*, change: TopicChange, by: User) -> TopicChange:
    """Put everything back as it was before a merge or a split; what was done since to other things stays.

    Raises NotPossible with a sentence.
    """
    refuse_unless_librarian(by)
    change = TopicChange.objects.select_for_update().get(pk=change.pk)
    if not change.can_be_undone or change.target is None:
        raise NotPossible("This can no longer be undone: it was undone already, or it is older than 30 days.")
    source, target = _hold(change.source, change.target, carried=change.target)
    if target.status == Topic.Status.MERGED:
        raise NotPossible(f"{target.name} was merged into another topic since. Undo that first.")
    if change.kind == TopicChange.Kind.MERGE:
        _undo_merge(change, source, target)
    else:
        _undo_split(change, source, target)
    rebuild_closure()
    change.refresh_from_db()
    change.undone_at, change.undone_by = timezone.now(), by
    change.save()
    return change


def _hold(source: Topic, target: Topic, *, carried: Topic) -> tuple[Topic, Topic]:
    """Lock the hierarchy, what carries one of the topics, then both topics; return them as they are now."""
    lock_hierarchy()
    for attached in all_attached():
        if attached.hold is not None:
            attached.hold(carried)
    locked = {topic.pk: topic for topic in _locked_rows({source.pk, target.pk})}
    return locked[source.pk], locked[target.pk]


def _locked_rows(keys: set[int]) -> list[Topic]:
    return list(Topic.objects.filter(pk__in=keys).order_by("pk").select_for_update())


def _refuse_merge(source: Topic, target: Topic) -> None:
    if source.pk == target.pk:
        raise NotPossible("A topic cannot be merged into itself.")
    if source.status == Topic.Status.MERGED:
        raise NotPossible(f"{source.name} was merged already.")
    if target.status != Topic.Status.ACTIVE:
        raise NotPossible(f"{target.name} is not in use. Choose a topic that is.")
    if Topic.objects.narrower_than(source).filter(pk=target.pk).exists():
        raise NotPossible(
            f"{target.name} is part of {source.name}. Merge {target.name} into {source.name} instead, or move it first."
        )


def _move_terms(source: Topic, target: Topic) -> dict[str, Any]:
    moved = list(source.entry_terms.values_list("pk", flat=True))
    source.entry_terms.update(topic=target)
    made = None
    names = [target.name, *target.entry_terms.values_list("text", flat=True)]
    if singular_key(source.name) not in {singular_key(name) for name in names}:
        made = EntryTerm.objects.create(topic=target, text=source.name).pk
    return {"moved": moved, "made": made}


def _move_edges(source: Topic, target: Topic) -> dict[str, Any]:
    """Give the narrower topics to the target; the source's own place in the hierarchy goes."""
    own = list(TopicEdge.objects.filter(narrower=source).values("narrower_id", "broader_id", "is_primary"))
    TopicEdge.objects.filter(narrower=source).delete()
    below = list(TopicEdge.objects.filter(broader=source))
    there = set(TopicEdge.objects.filter(broader=target).values_list("narrower_id", flat=True))
    added = []
    for edge in below:
        edge.delete()
        if edge.narrower_id not in there and edge.narrower_id != target.pk:
            TopicEdge.objects.create(narrower_id=edge.narrower_id, broader=target, is_primary=edge.is_primary)
            added.append(edge.narrower_id)
        elif edge.is_primary:
            # It loses the broader topic of its trail: the target takes that place, or another of its broader topics.
            _make_one_primary(edge.narrower_id, prefer=target.pk)
    gone = [{"narrower_id": edge.narrower_id, "broader_id": source.pk, "is_primary": edge.is_primary} for edge in below]
    return {"gone": [*own, *gone], "added": added}


def _make_one_primary(narrower_id: int, *, prefer: int) -> None:
    edges = list(TopicEdge.objects.filter(narrower_id=narrower_id))
    if edges and not any(edge.is_primary for edge in edges):
        chosen = next((edge for edge in edges if edge.broader_id == prefer), edges[0])
        TopicEdge.objects.filter(pk=chosen.pk).update(is_primary=True)


def _restore_edges(target: Topic, memory: dict[str, Any]) -> None:
    TopicEdge.objects.filter(broader=target, narrower__in=memory["added"]).delete()
    for row in memory["gone"]:
        if row["is_primary"]:
            TopicEdge.objects.filter(narrower_id=row["narrower_id"], is_primary=True).update(is_primary=False)
        TopicEdge.objects.update_or_create(
            narrower_id=row["narrower_id"],
            broader_id=row["broader_id"],
            defaults={"is_primary": row["is_primary"]},
        )


def _move_related(source: Topic, target: Topic) -> dict[str, list[list[int]]]:
    pairs = [[pair.first_id, pair.second_id] for pair in RelatedTopics.objects.related_to(source)]
    RelatedTopics.objects.related_to(source).delete()
    added = []
    for first, second in pairs:
        other = second if first == source.pk else first
        if other == target.pk:
            continue
        low, high = sorted((other, target.pk))
        if RelatedTopics.objects.get_or_create(first_id=low, second_id=high)[1]:
            added.append([low, high])
    return {"gone": pairs, "added": added}


def _undo_merge(change: TopicChange, source: Topic, target: Topic) -> None:
    if source.status != Topic.Status.MERGED or source.merged_into_id != target.pk:
        raise NotPossible(f"{source.name} is no longer merged into {target.name}.")
    memory = change.memory
    EntryTerm.objects.filter(pk=memory["terms"]["made"], topic=target).delete()
    elsewhere = EntryTerm.objects.filter(key=name_key(source.name)).select_related("topic").first()
    if elsewhere is not None:
        raise NotPossible(f"“{elsewhere.text}” now leads to {elsewhere.topic.name}. Remove that name there first.")
    source.status, source.merged_into = memory["status"], None
    source.successor_id = memory["successor"]
    source.save()
    _restore_rows(memory, source, target)
    _restore_edges(target, memory["edges"])
    for first, second in memory["related"]["added"]:
        RelatedTopics.objects.filter(first=first, second=second).delete()
    for first, second in memory["related"]["gone"]:
        RelatedTopics.objects.get_or_create(first_id=first, second_id=second)


def _undo_split(change: TopicChange, source: Topic, made: Topic) -> None:
    _restore_rows(change.memory, source, made)
    used = in_words(numbers_of(made))
    if used:
        raise NotPossible(f"{made.name} has been given more since: {used}. Merge it into {source.name} instead.")
    made.delete()


def _restore_rows(memory: dict[str, Any], source: Topic, target: Topic) -> None:
    for attached in everything_attached():
        if attached.name in memory:
            attached.restore(source, target, memory[attached.name])
    EntryTerm.objects.filter(pk__in=memory["terms"]["moved"], topic=target).update(topic=source)
