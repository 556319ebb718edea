"""What every page needs to draw its header and footer."""

from typing import Any

from django.apps import apps
from django.db.models import CharField, PositiveSmallIntegerField, SlugField, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from catalogue import kinds
from catalogue.addresses import search_url
from design.navigation import Link
from pages.models import Page


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `portal_nav`, `footer_pages` (lists of Link) and `demo_banner`; the last two ask one query, when drawn."""
    frame = SimpleLazyObject(frame_rows)
    return {
        "portal_nav": header_links(request),
        "footer_pages": SimpleLazyObject(
            lambda: [Link(title, reverse("page", args=[slug])) for title, slug in frame if slug]
        ),
        "demo_banner": SimpleLazyObject(lambda: any(not slug for title, slug in frame)),
    }


def header_links(request: HttpRequest) -> list[Link]:
    """Return a link for each kind of content, topics and the library team; the section of this page is marked."""
    match = request.resolver_match
    section = match.url_name if match else ""
    room = match.app_name if match else ""
    links = [
        Link(
            kind.plural,
            reverse(kind.home_route) if kind.home_route else search_url(kind=kind.name),
            room == kind.route.partition(":")[0]
            or (section == "search" and request.GET.getlist("kind") == [kind.name]),
        )
        for kind in kinds.all_kinds()
    ]
    return [
        *links,
        Link("Evidence map", reverse("map"), section == "map"),
        Link("Topics", reverse("topics"), section in {"topics", "topic"}),
        Link("Ask the library", reverse("enquiries:contact"), room == "enquiries"),
    ]


def frame_rows() -> list[tuple[str, str]]:
    """Return title and slug of the footer's pages, and a row without a slug while demonstration content is loaded.

    One query for both, as every page asks it. Production does not install the demonstration, so its model is asked for
    by name.
    """
    rows = Page.objects.in_footer().values_list("title", "slug", "position")
    if apps.is_installed("demonstration"):
        loads = apps.get_model("demonstration", "DemonstrationLoad")._default_manager
        rows = rows.union(
            loads.filter(cleared_at=None).values_list(
                Value("", CharField()), Value("", SlugField()), Value(0, PositiveSmallIntegerField())
            ),
            all=True,
        ).order_by("position", "title")
    return [(title, slug) for title, slug, _position in rows]
