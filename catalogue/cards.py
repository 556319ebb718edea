"""What cards of the catalogue show, for many items of any kind in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from catalogue import kinds
from catalogue.models import Item

ItemType = TypeVar("ItemType", bound=Item)


def with_card_facts(items: Iterable[ItemType]) -> list[ItemType]:
    """Return the items, each with the `card_facts` that its kind knows; as many queries as there are kinds."""
    shown = list(items)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for item in shown:
        by_kind[item.kind].append(item.pk)
    facts = {pk: facts for name, pks in by_kind.items() for pk, facts in kinds.get(name).card_facts(pks).items()}
    for item in shown:
        item.card_facts = facts.get(item.pk)  # type: ignore[attr-defined]  # read by the card component
    return shown
