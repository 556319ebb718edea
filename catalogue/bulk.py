"""Many new items at once. Django's `bulk_create` refuses models whose columns lie in two tables."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction

from catalogue.models import Item

# Rows in one statement: more gains nothing measurable and costs memory on both sides.
ROWS_PER_STATEMENT = 500


def insert_items(items: Sequence[Item]) -> list[int]:
    """Insert new, unsaved items of one kind, parent and child, and return their keys in the same order.

    Writes what `save()` would write, `derive()` included, but sends no signals; history is kept by triggers. Search
    and topic pages are the caller's, in the same transaction: `catalogue.search.index_many`. Raises TypeError where
    the items are of several kinds.
    """
    if not items:
        return []
    model = type(items[0])
    if any(type(item) is not model for item in items):
        raise TypeError("Items of several kinds cannot be inserted together.")
    with transaction.atomic():
        keys = _reserve_keys(len(items))
        for key, item in zip(keys, items, strict=True):
            item.id = key
            item.pk = key
            item.derive()
        for table in (Item, model):
            _insert(table, items)
    for item in items:
        item._state.adding = False
        item._state.db = connection.alias
    return keys


def _reserve_keys(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Item._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _insert(table: type[models.Model], items: Sequence[Item]) -> None:
    """Insert the columns of one table; every value passes through its field, as in `save()`."""
    fields = [field for field in table._meta.local_concrete_fields if not field.generated]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    for some in _batches(items):
        values: list[Any] = [
            field.get_db_prep_save(field.pre_save(item, add=True), connection) for item in some for field in fields
        ]
        rows = ", ".join([row] * len(some))
        # The names are the model's own and the values are parameters.
        statement = f"INSERT INTO {quote(table._meta.db_table)} ({columns}) VALUES {rows}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


def _batches(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[start : start + ROWS_PER_STATEMENT] for start in range(0, len(items), ROWS_PER_STATEMENT)]
