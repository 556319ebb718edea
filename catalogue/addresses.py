"""Addresses of searches, for links from anywhere."""

from urllib.parse import urlencode

from django.urls import reverse


def search_url(**chosen: str) -> str:
    """Return the address of the search with these filters."""
    return f"{reverse('search')}?{urlencode(chosen)}" if chosen else reverse("search")
