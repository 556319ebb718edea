"""The button that saves an item: `{% load saving %}{% save_button item %}`."""

from typing import Any

from django import template
from django.http import HttpRequest

from catalogue.models import Item
from lists.models import SavedItem

register = template.Library()


@register.inclusion_tag("lists/save_button.html", takes_context=True)
def save_button(context: dict[str, Any], item: Item, *, invite: bool = False) -> dict[str, Any]:
    """Draw the button for who is signed in. invite: others get a link to sign in, else nothing. One query a page."""
    request: HttpRequest = context["request"]
    is_signed_in = request.user.is_authenticated
    return {
        "item": item,
        "user": request.user,
        "is_saved": is_signed_in and item.pk in saved_by(request),
        "invite": invite and not is_signed_in,
        "here": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


def saved_by(request: HttpRequest) -> set[int]:
    """Return the keys of the items in the list that a tap saves to, asked once for each request."""
    known: set[int] | None = getattr(request, "_saved_items", None)
    if known is None:
        entries = SavedItem.objects.filter(saved_list__owner=request.user.pk, saved_list__is_default=True)
        known = set(entries.values_list("item_id", flat=True))
        request._saved_items = known  # type: ignore[attr-defined]  # ours, for the rest of the page
    return known
