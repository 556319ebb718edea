"""Keeping the search index in step with items, in the transaction that saves them."""

from collections.abc import Collection

from catalogue.ancestors import refresh_ancestors
from catalogue.models import Item


def index(item: Item) -> None:
    """Bring one item's search entry and broader topics in step."""
    index_many([item.pk])


def index_many(item_ids: Collection[int]) -> None:
    """Bring the search entries and broader topics of many items in step, in a constant number of queries."""
    refresh_ancestors(item_ids)
