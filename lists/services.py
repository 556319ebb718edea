"""Changes to lists: saving with one tap, arranging, noting, sharing, sending."""

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from accounts.models import User
from catalogue.models import Item
from lists.models import SavedItem, SavedList, Sharing
from mail import services as mail

DEFAULT_TITLE = "Saved items"
MOST_LISTS = 100
MOST_ITEMS = 500


class CannotSave(Exception):
    """The change cannot be made; the message says why."""


def default_list(*, by: User) -> SavedList:
    """Return the list that a tap saves to, made where the person has none yet."""
    return SavedList.objects.get_or_create(owner=by, is_default=True, defaults={"title": DEFAULT_TITLE})[0]


@transaction.atomic
def save_item(*, item: Item, by: User, into: SavedList | None = None) -> SavedItem:
    """Put the item at the end of a list of the person's; one that stands there already stays where it is.

    Raises CannotSave where the list is full.
    """
    chosen = _locked(into or default_list(by=by))
    known = chosen.entries.filter(item=item).first()
    if known is not None:
        return known
    if chosen.entries.count() >= MOST_ITEMS:
        raise CannotSave(f"“{chosen.title}” is full: a list holds {MOST_ITEMS} items. Begin another one.")
    last = chosen.entries.aggregate(last=Max("position"))["last"] or 0
    return SavedItem.objects.create(saved_list=chosen, item=item, position=last + 1)


@transaction.atomic
def unsave_item(*, item: Item, by: User) -> bool:
    """Take the item out of the list that a tap saves to; return whether it was there."""
    return bool(SavedItem.objects.filter(saved_list__owner=by, saved_list__is_default=True, item=item).delete()[0])


@transaction.atomic
def begin_list(*, title: str, introduction: str = "", visibility: str = Sharing.PRIVATE, by: User) -> SavedList:
    """Make a list. Raises CannotSave where the person has too many, or shares with an organisation they have not."""
    if SavedList.objects.of(by).count() >= MOST_LISTS:
        raise CannotSave(f"You have {MOST_LISTS} lists, the most there can be. Delete one first.")
    _refuse_without_organisation(visibility, by)
    return SavedList.objects.create(owner=by, title=title, introduction=introduction, visibility=visibility)


@transaction.atomic
def change_list(*, saved_list: SavedList, title: str, introduction: str, visibility: str, by: User) -> SavedList:
    """Change what a list is called and who may open it; its address stays. Raises CannotSave as above."""
    _refuse_without_organisation(visibility, by)
    saved_list.title, saved_list.introduction, saved_list.visibility = title, introduction, visibility
    saved_list.save()
    return saved_list


@transaction.atomic
def delete_list(*, saved_list: SavedList) -> None:
    """Delete a list with its notes; the items themselves are not touched."""
    saved_list.delete()


@transaction.atomic
def change_entry(*, entry: SavedItem, note: str, into: SavedList) -> SavedItem:
    """Change the note, and put the item into another list of the same person where one is chosen.

    Raises CannotSave where the item stands there already.
    """
    if into.pk != entry.saved_list_id:
        target = _locked(into)
        if target.entries.filter(item=entry.item_id).exists():
            raise CannotSave(f"“{target.title}” holds this already.")
        entry.saved_list = target
        entry.position = (target.entries.aggregate(last=Max("position"))["last"] or 0) + 1
    entry.note = note
    entry.save()
    return entry


@transaction.atomic
def move_entry(*, entry: SavedItem, up: bool, among: list[int]) -> None:
    """Let the entry change places with its neighbour. among: the keys of the entries that the person sees, in order."""
    _locked(entry.saved_list)
    place = among.index(entry.pk) + (-1 if up else 1)
    if not 0 <= place < len(among):
        return
    held = {row.pk: row for row in SavedItem.objects.filter(pk__in=[entry.pk, among[place]])}
    one, other = held[entry.pk], held[among[place]]
    one.position, other.position = other.position, one.position
    SavedItem.objects.bulk_update([one, other], ["position"])


@transaction.atomic
def remove_entry(*, entry: SavedItem) -> None:
    """Take an item out of a list."""
    entry.delete()


@transaction.atomic
def mail_to_owner(*, saved_list: SavedList, rows: list[tuple[Item, str]], address: str, to: User) -> None:
    """Send a list to the person who asks, to read later or to pass on. rows: the items that they see, with the notes."""
    text = render_to_string(
        "lists/email/list.txt",
        {"list": saved_list, "rows": rows, "address": address, "portal": settings.PORTAL_URL, "brand": settings.BRAND},
    )
    mail.queue(to=to.email, subject=saved_list.title, text=text, purpose="list")


def _locked(saved_list: SavedList) -> SavedList:
    """Return the list, held until the transaction ends, so that two taps do not take one place."""
    return SavedList.objects.select_for_update().get(pk=saved_list.pk)


def _refuse_without_organisation(visibility: str, by: User) -> None:
    if visibility == Sharing.ORGANISATION and not (by.is_member and by.organisation_id):
        raise CannotSave("You can share with your organisation once you are recognised as its staff. See your account.")
