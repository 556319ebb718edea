"""More like this: the items of any kind that are nearest to one in meaning."""

from collections.abc import Collection

from django.db.models import Count
from django.db.models.expressions import RawSQL

from catalogue.cards import with_card_facts
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.search.planning import MOST_BY_MEANING, NEAR_FROM
from taxonomy.models import Topic

SHOWN = 4
# Of the shown, so many at least are of other kinds than the item where such are near enough.
OF_OTHER_KINDS = 2

NEAR = """
    SELECT near.item_id FROM catalogue_searchmeaning own, catalogue_entries_near(own.vector, %s) near
    WHERE own.item_id = %s AND own.vector IS NOT NULL AND near.similarity >= %s
"""
DISTANCE = """
    SELECT theirs.vector <#> own.vector FROM catalogue_searchmeaning theirs, catalogue_searchmeaning own
    WHERE theirs.item_id = catalogue_item.id AND own.item_id = %s
"""


def more_like(item: Item, user: Reader, *, topics: Collection[Topic], leaving_out: Collection[str] = ()) -> list[Item]:
    """Return a few listed items that this reader may see and that are like the item, with what their cards show.

    While it is not yet known what the item means, those that share most of its topics. One query, two without meaning,
    and one for each kind among the results. leaving_out: kinds that have a part of their own on the page.
    """
    listed = Item.objects.listed_to(user).exclude(pk=item.pk).exclude(kind__in=leaving_out)
    near = listed.filter(pk__in=RawSQL(NEAR, [MOST_BY_MEANING, item.pk, NEAR_FROM]))  # noqa: S611 - a text of this module
    found: list[Item] = list(near.annotate(distance=RawSQL(DISTANCE, [item.pk])).order_by("distance", "pk"))  # noqa: S611 - the same
    if not found and topics:
        sharing = listed.filter(topic_rows__tag__in=list(topics)).annotate(shared=Count("topic_rows"))
        found = list(sharing.order_by("-shared", "-year", "-pk")[:SHOWN])
    others = [other for other in found if other.kind != item.kind][:OF_OTHER_KINDS]
    alike = [other for other in found if other not in others][: SHOWN - len(others)]
    return with_card_facts([other for other in found if other in others or other in alike])
