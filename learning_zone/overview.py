"""What librarians look at: dates, what ends soon, broken links, what is done most, topics without learning."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from catalogue.choices import KindName
from catalogue.models import Item, ItemAncestor
from learning_zone.models import CourseRun, LearningRecord, LearningResource, LinkCheck
from learning_zone.querysets import SMALLEST_COUNT
from taxonomy.models import Topic

SHOWN = 20
EXPIRING_WITHIN_DAYS = 60


@dataclass(frozen=True)
class Overview:
    """completions: resource and number of people, never who. gaps: topics with the number of evidence items on them."""

    coming: list[CourseRun]
    expiring: list[LearningResource]
    links: list[LinkCheck]
    completions: list[tuple[Item, int]]
    gaps: list[tuple[Topic, int]]
    smallest_count: int = SMALLEST_COUNT


def overview(user: User) -> Overview:
    """Return what this librarian may see of it. Seven queries."""
    editable = LearningResource.objects.editable_by(user)
    return Overview(
        coming=list(CourseRun.objects.coming().filter(resource__in=editable).select_related("resource")[:SHOWN]),
        expiring=list(editable.expiring_within(days=EXPIRING_WITHIN_DAYS)[:SHOWN]),  # type: ignore[attr-defined]
        links=list(LinkCheck.objects.to_look_at().filter(resource__in=editable).select_related("resource")[:SHOWN]),
        completions=most_completed(user),
        gaps=topics_without_learning(user),
    )


def most_completed(user: User) -> list[tuple[Item, int]]:
    """Return the items that most people did, with how many; few people are left out, or one could guess who."""
    counts = LearningRecord.objects.completions()
    items = Item.objects.visible_to(user).in_bulk([item for item, _ in counts[: SHOWN * 2]])
    return [(items[item], people) for item, people in counts if item in items][:SHOWN]


def topics_without_learning(user: User) -> list[tuple[Topic, int]]:
    """Return the topics that have evidence and no learning, those with most evidence first."""
    listed = Item.objects.listed_to(user)
    evidence = listed.filter(kind=KindName.EVIDENCE)
    learning = ItemAncestor.objects.filter(
        topic=OuterRef("pk"), item__in=LearningResource.objects.offered_to(user).values("pk")
    )
    topics = (
        Topic.objects.active()
        .annotate(
            evidence=Count(
                "descendant_items", filter=Q(descendant_items__item__in=evidence.values("pk")), distinct=True
            )
        )
        .filter(~Exists(learning), evidence__gt=0)
        .order_by("-evidence", "name")[:SHOWN]
    )
    return [(topic, topic.evidence) for topic in topics]
