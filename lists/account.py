"""What lists add to a person's account: the way to them, the copy of their data, what goes with them."""

from typing import Any

from accounts.models import User
from lists.models import SavedList


def own_lists(user: User) -> dict[str, Any]:
    """Return the person's lists, for the account page."""
    return {"lists": list(SavedList.objects.of(user).with_numbers())}


def export(user: User) -> list[dict[str, Any]]:
    """Return all lists of the person with their items and notes."""
    return [
        {
            "title": saved_list.title,
            "introduction": saved_list.introduction,
            "shared_with": saved_list.get_visibility_display(),
            "made": saved_list.created_at,
            "items": [
                {"item": entry.item_id, "title": entry.item.title, "note": entry.note, "saved": entry.saved_at}
                for entry in saved_list.entries.in_order().select_related("item")
            ],
        }
        for saved_list in SavedList.objects.of(user)
    ]


def forget(user: User) -> None:
    """Take the lists away, shared ones too: they are the person's own."""
    SavedList.objects.of(user).delete()
