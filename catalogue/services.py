"""Changes to any item: claiming a version, publishing, reviewing, withdrawing, choosing topics."""

import datetime
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from catalogue import kinds
from catalogue.choices import Status, Visibility
from catalogue.models import Item
from catalogue.search import index, index_many
from taxonomy.models import Topic


class EditConflict(Exception):
    """Somebody saved the item after this person opened it."""

    def __init__(self, item: Item) -> None:
        super().__init__("Somebody else saved this record while you were editing it. Your text is kept below.")
        self.item = item


class NotReady(Exception):
    """The item lacks something that the change needs; the message says what."""


def months_later(day: datetime.date, months: int) -> datetime.date:
    """Return the same day of the month so many months on, or that month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = datetime.date(day.year + years, month + 1, 1)
    next_first = datetime.date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    last_day = (next_first - datetime.timedelta(days=1)).day
    return first.replace(day=min(day.day, last_day))


def default_review_due(item: Item, *, reviewed_on: datetime.date) -> datetime.date | None:
    """Return when the item's next review falls due by the rule of its kind and form, or None where there is none."""
    rules = kinds.get(item.kind).default_review_months
    months = rules.get(item.form, rules.get(""))
    return None if months is None else months_later(reviewed_on, months)


@transaction.atomic
def claim_version(*, item: Item, version: int) -> None:
    """Take the right to save over this version, and count it up.

    Compares and sets in one statement on the table that owns the column, so that of many simultaneous editors one
    wins. Raises EditConflict for the others; the caller's transaction must hold claim and save together.
    """
    won = Item.objects.filter(pk=item.pk, version=version).update(version=F("version") + 1)
    if not won:
        raise EditConflict(item)
    item.version = version + 1


def save_as_edit(item: Item) -> None:
    """Save an item whose row the transaction holds, counting the version: who has it open in a form must be told."""
    item.version += 1
    item.save()


def may_edit(*, item: Item, by: User) -> bool:
    """Whether the person may change the item; defined by `editable_by`."""
    return Item.objects.editable_by(by).filter(pk=item.pk).exists()


def refuse_unless_editable(items: Iterable[Item], by: User) -> None:
    """Raise NotReady, naming the first item that the person may not change."""
    wanted = {item.pk: item for item in items}
    allowed = set(Item.objects.editable_by(by).filter(pk__in=wanted).values_list("pk", flat=True))
    for pk, item in wanted.items():
        if pk not in allowed:
            raise NotReady(f"You may not change “{item.title}”.")


@transaction.atomic
def set_topics(*, item: Item, topics: Iterable[Topic]) -> None:
    """Make these the item's topics, and its place in search and on topic pages follow."""
    item.topics.set(topics)
    index(item)


@transaction.atomic
def add_topics(*, items: Iterable[Item], topics: Iterable[Topic], by: User) -> int:
    """Add topics to the ones that the items have. Returns how many items; raises NotReady as below."""
    chosen = _locked(items, by)
    added = list(topics)
    for item in chosen:
        item.topics.add(*added)
        save_as_edit(item)
    index_many([item.pk for item in chosen])
    return len(chosen)


@transaction.atomic
def replace_topic(*, items: Iterable[Item], old: Topic, new: Topic, by: User) -> int:
    """Give one topic for another on those of the items that carry it. Returns how many; raises NotReady as below."""
    if old.pk == new.pk:
        raise NotReady("Choose two topics.")
    wanted = list(items)
    carrying = set(old.uses.filter(content_object__in=[item.pk for item in wanted]).values_list("content_object_id"))
    chosen = _locked([item for item in wanted if (item.pk,) in carrying], by)
    for item in chosen:
        old.uses.filter(content_object=item).delete()
        item.topics.add(new)
        save_as_edit(item)
    index_many([item.pk for item in chosen])
    return len(chosen)


@transaction.atomic
def set_visibility(*, items: Iterable[Item], visibility: str, by: User) -> int:
    """Say who may read the items. Returns how many.

    Raises NotReady, naming the item, where one is to be for its organisation and has none; then none is changed.
    """
    chosen = _locked(items, by)
    for item in chosen:
        if visibility == Visibility.ORGANISATION and item.organisation_id is None:
            raise NotReady(f"“{item.title}” has no owning organisation. Choose one on its page first.")
        item.visibility = visibility
        save_as_edit(item)
    index_many([item.pk for item in chosen])
    return len(chosen)


@transaction.atomic
def delete_drafts(*, items: Iterable[Item], by: User) -> int:
    """Delete items that were never published, as after a wrong import. Returns how many.

    Raises NotReady, naming the item, where one was published: it is archived or withdrawn instead.
    """
    chosen = _locked(items, by)
    for item in chosen:
        if item.published_at is not None:
            raise NotReady(f"“{item.title}” was published. Archive or withdraw it: its address may be in use.")
    Item.objects.filter(pk__in=[item.pk for item in chosen]).delete()
    return len(chosen)


@transaction.atomic
def publish(*, item: Item, by: User, at: datetime.datetime | None = None) -> Item:
    """Show the item from `at` on (default: now, or the date it has).

    Sets the last review to the first day it is shown and the next one by the rule of its kind where they are blank.
    Raises NotReady with a sentence where title, type or permission is missing.
    """
    item = Item.objects.select_for_update().get(pk=item.pk)
    refuse_unless_editable([item], by)
    if not item.title.strip():
        raise NotReady("Give the record a title before publishing it.")
    if not item.form:
        raise NotReady(f"Choose a type for “{item.title}” before publishing it.")
    if item.status == Status.WITHDRAWN:
        raise NotReady(f"“{item.title}” was withdrawn. Make a new record if it is to be shown again.")
    item.status = Status.PUBLISHED
    item.superseded_by = None
    item.published_at = at or item.published_at or timezone.now()
    item.reviewed_at = item.reviewed_at or timezone.localdate()
    item.review_due = item.review_due or default_review_due(item, reviewed_on=item.reviewed_at)
    save_as_edit(item)
    index(item)
    return item


@transaction.atomic
def confirm_still_right(*, items: Iterable[Item], by: User, on: datetime.date | None = None) -> int:
    """Record that the items were reviewed and are still right; the next review follows the rule of their kind.

    Returns how many. Raises NotReady where the person may not change one of them; then none is changed.
    """
    chosen = _locked(items, by)
    day = on or timezone.localdate()
    for item in chosen:
        item.reviewed_at = day
        item.review_due = default_review_due(item, reviewed_on=day)
        save_as_edit(item)
    index_many([item.pk for item in chosen])
    return len(chosen)


@transaction.atomic
def archive(*, items: Iterable[Item], by: User) -> int:
    """Take the items out of lists; their addresses still work. Returns how many; raises NotReady as above."""
    chosen = _locked(items, by)
    for item in chosen:
        if item.published_at is None:
            raise NotReady(f"“{item.title}” was never published, so there is nothing to archive.")
        item.status = Status.ARCHIVED
        save_as_edit(item)
    index_many([item.pk for item in chosen])
    return len(chosen)


@transaction.atomic
def withdraw(*, item: Item, reason: str, by: User) -> Item:
    """Take the item back: its page shows title, reason and date only. Raises NotReady without a reason."""
    item = Item.objects.select_for_update().get(pk=item.pk)
    refuse_unless_editable([item], by)
    if not reason.strip():
        raise NotReady("Say why the record is withdrawn: readers see the reason.")
    item.status = Status.WITHDRAWN
    item.withdrawn_reason = reason.strip()
    item.withdrawn_at = timezone.now()
    item.published_at = item.published_at or item.withdrawn_at
    save_as_edit(item)
    index(item)
    return item


@transaction.atomic
def supersede(*, item: Item, replacement: Item, by: User) -> Item:
    """Mark the item as replaced by another, to which its page then points.

    Raises NotReady where the two are one, where the replacement is not published, or where it would lead back here.
    """
    item = Item.objects.select_for_update().get(pk=item.pk)
    refuse_unless_editable([item], by)
    if replacement.pk == item.pk:
        raise NotReady("A record cannot replace itself.")
    if replacement.status != Status.PUBLISHED:
        raise NotReady(f"“{replacement.title}” is not published yet. Publish it first.")
    later: Item | None = replacement
    while later is not None:
        if later.pk == item.pk:
            raise NotReady(f"“{replacement.title}” was itself replaced by this record.")
        later = later.superseded_by
    item.status = Status.SUPERSEDED
    item.superseded_by = replacement
    item.published_at = item.published_at or timezone.now()
    save_as_edit(item)
    index(item)
    return item


def reindex(*, item_ids: Collection[int]) -> None:
    """Bring search and topic pages in step with these items after a change that no other service makes."""
    index_many(item_ids)


def _locked(items: Iterable[Item], by: User) -> list[Item]:
    """Return the items, each held until the transaction ends, in one order so that two selections cannot deadlock."""
    chosen = list(Item.objects.select_for_update().filter(pk__in=[item.pk for item in items]).order_by("pk"))
    refuse_unless_editable(chosen, by)
    return chosen
