"""Topics that items may be about, from their own texts. Offered to people, never applied by themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction

from accounts.models import User
from catalogue import kinds, services
from catalogue.models import Item, ItemTopic
from taxonomy.models import Topic
from taxonomy.suggesting import Dictionary, Suggestion


def suggested_topics(items: Iterable[Item]) -> dict[int, list[Suggestion]]:
    """Return for each item the topics that it does not carry yet and whose names stand in its text, likeliest first.

    Six queries, and those of each kind for its texts.
    """
    asked = list(items)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for item in asked:
        by_kind[item.kind].append(item.pk)
    texts = {pk: text for name, pks in by_kind.items() for pk, text in kinds.get(name).searchable_text(pks).items()}
    carried: dict[int, set[int]] = defaultdict(set)
    rows = ItemTopic.objects.filter(content_object__in=list(texts)).values_list("content_object_id", "tag_id")
    for item_id, topic_id in rows:
        carried[item_id].add(topic_id)
    dictionary = Dictionary.of_topics()
    return {pk: dictionary.suggest(text.title, text.body, leave_out=carried[pk]) for pk, text in texts.items()}


@transaction.atomic
def take_up(*, chosen: Mapping[int, Iterable[int]], by: User) -> int:
    """Give items the topics that a person ticked: item → topics, by key. Returns how many items; raises NotReady."""
    wanted = {item_id: list(topic_ids) for item_id, topic_ids in chosen.items() if topic_ids}
    topics = Topic.objects.active().in_bulk({pk for topic_ids in wanted.values() for pk in topic_ids})
    items = Item.objects.in_bulk(list(wanted))
    for item_id, topic_ids in wanted.items():
        services.add_topics(items=[items[item_id]], topics=[topics[pk] for pk in topic_ids if pk in topics], by=by)
    return len(wanted)
