"""Making the vocabulary what a plan says."""

from django.db import transaction

from taxonomy.exchange.planning import Plan, Planned
from taxonomy.models import EntryTerm, RelatedTopics, Topic, TopicEdge
from taxonomy.services.hierarchy import lock_hierarchy, rebuild_closure


@transaction.atomic
def apply(plan: Plan) -> int:
    """Carry a plan out, all or nothing; return how many topics are new or changed. Topics it does not name stay."""
    lock_hierarchy()
    touched = [planned for planned in plan.topics.values() if planned.topic is None or planned.before]
    if not touched:
        return 0
    _free_names(touched)
    for planned in touched:
        _write(planned)
    stored = {topic.slug: topic for topic in Topic.objects.all()}
    for planned in touched:
        _write_instead(planned, stored)
        _write_names(planned, stored[planned.slug])
        _write_places(planned, stored)
    _write_related(touched, stored)
    rebuild_closure()
    return len(touched)


def _free_names(touched: list[Planned]) -> None:
    """Take away what will change, so that two topics may exchange a name."""
    for planned in touched:
        if planned.topic is not None and "names" in planned.before:
            planned.topic.entry_terms.exclude(text__in=planned.names).delete()
        if planned.topic is not None and "name" in planned.before:
            Topic.objects.filter(pk=planned.topic.pk).update(
                name=f"renamed {planned.topic.pk}", key=f"renamed {planned.topic.pk}"
            )


def _write(planned: Planned) -> None:
    topic = planned.topic or Topic(slug=planned.slug)
    topic.name = planned.name
    topic.scope_note = planned.entry.scope_note
    topic.key_message = planned.entry.key_message
    # The topic that it is merged into may not be there yet.
    topic.status = Topic.Status.RETIRED if planned.status == Topic.Status.MERGED else planned.status
    topic.merged_into = None
    topic.save()


def _write_instead(planned: Planned, stored: dict[str, Topic]) -> None:
    topic = stored[planned.slug]
    instead = stored.get(planned.instead)
    is_merged = planned.status == Topic.Status.MERGED and instead is not None
    topic.status = planned.status if is_merged or planned.status != Topic.Status.MERGED else Topic.Status.RETIRED
    topic.merged_into = instead if is_merged else None
    topic.successor = None if is_merged else instead
    topic.save()


def _write_names(planned: Planned, topic: Topic) -> None:
    there = set(topic.entry_terms.values_list("text", flat=True))
    for text in planned.names:
        if text not in there:
            EntryTerm.objects.create(topic=topic, text=text)


def _write_places(planned: Planned, stored: dict[str, Topic]) -> None:
    topic = stored[planned.slug]
    TopicEdge.objects.filter(narrower=topic).delete()
    TopicEdge.objects.bulk_create(
        TopicEdge(narrower=topic, broader=stored[slug], is_primary=place == 0)
        for place, slug in enumerate(planned.broader)
    )


def _write_related(touched: list[Planned], stored: dict[str, Topic]) -> None:
    for planned in touched:
        topic = stored[planned.slug]
        RelatedTopics.objects.related_to(topic).delete()
    pairs = {
        tuple(sorted((stored[planned.slug].pk, stored[slug].pk))) for planned in touched for slug in planned.related
    }
    RelatedTopics.objects.bulk_create(
        (RelatedTopics(first_id=first, second_id=second) for first, second in pairs), ignore_conflicts=True
    )
