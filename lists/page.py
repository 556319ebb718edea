"""What the page of a list shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.cards import with_card_facts
from catalogue.choices import Status
from catalogue.models import Item
from catalogue.querysets import Reader
from lists.models import SavedItem, SavedList


@dataclass(frozen=True)
class Row:
    """One line of a list: the entry and its item, with what its card shows."""

    entry: SavedItem
    item: Item


def rows_of(saved_list: SavedList, user: Reader) -> list[Row]:
    """Return the lines that this reader may see, in the owner's order; nothing tells that there are others."""
    entries = list(saved_list.entries.in_order())
    visible = Item.objects.visible_to(user).filter(pk__in=[entry.item_id for entry in entries]).for_cards()
    items = {item.pk: item for item in with_card_facts(visible)}
    return [Row(entry, items[entry.item_id]) for entry in entries if entry.item_id in items]


def readable_items(rows: Sequence[Row]) -> list[Item]:
    """Return the items of the lines that may be passed on; of withdrawn ones only title and reason are shown."""
    return [row.item for row in rows if row.item.status != Status.WITHDRAWN]
