"""What to learn next from a page of another room: an item, or a technique."""

from collections.abc import Collection

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from catalogue.choices import RelationKind
from catalogue.learn_next import Lesson
from catalogue.models import Item, ItemTopic, Relation
from catalogue.querysets import Reader
from learning_zone.choices import Level
from learning_zone.kind import facts_in_words
from learning_zone.models import LearningResource
from taxonomy.models import Topic

SHOWN = 4


def lessons(*, user: Reader, topics: Collection[Topic], item: Item | None, technique: str) -> list[Lesson]:
    """Return a few resources: first those that teach the item or the technique, then those on its topics.

    Among equals the easier and the shorter come first. One query, whatever there is.
    """
    linked = Relation.objects.filter(kind=RelationKind.TEACHES, confirmed_at__isnull=False)
    # No item has this key.
    own = 0 if item is None else item.pk
    teaches = (
        Q(Exists(linked.filter(from_item=OuterRef("pk"), to_item=own)))
        | Q(Exists(linked.filter(to_item=OuterRef("pk"), from_item=own)))
        | (Q(technique=technique) & ~Q(technique=""))
    )
    on_topics = Q(Exists(ItemTopic.objects.filter(content_object=OuterRef("pk"), tag__in=list(topics))))
    found = (
        LearningResource.objects.offered_to(user)
        .filter(teaches | on_topics)
        .exclude(pk=own)
        .order_by(
            Case(When(teaches, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(
                *(When(level=level, then=Value(place)) for place, level in enumerate(Level.values)),
                output_field=IntegerField(),
            ),
            "minutes",
            "-published_at",
            "-pk",
        )
        .only("kind", "slug", "title", "minutes", "level", "access")[:SHOWN]
    )
    return [
        Lesson(row.title, row.get_absolute_url(), facts_in_words(row.minutes, row.level, row.access)) for row in found
    ]
