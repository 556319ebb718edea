"""What every page needs to draw its header and footer."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from catalogue import kinds
from design.navigation import Link
from pages.models import Page


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `portal_nav`, `footer_pages` (lists of Link) and `demo_banner`; the last two ask the database, when drawn."""
    return {
        "portal_nav": header_links(request),
        "footer_pages": SimpleLazyObject(footer_links),
        "demo_banner": SimpleLazyObject(has_demonstration_content),
    }


def header_links(request: HttpRequest) -> list[Link]:
    """Return a link for each kind of content, topics and the library team; the section of this page is marked."""
    match = request.resolver_match
    section = match.url_name if match else ""
    room = match.app_name if match else ""
    links = [
        Link(
            kind.plural,
            f"{reverse('search')}?kind={kind.name}",
            room == kind.route.partition(":")[0]
            or (section == "search" and request.GET.getlist("kind") == [kind.name]),
        )
        for kind in kinds.all_kinds()
    ]
    return [
        *links,
        Link("Topics", reverse("topics"), section in {"topics", "topic"}),
        Link("Ask the library", reverse("enquiries:contact"), room == "enquiries"),
    ]


def footer_links() -> list[Link]:
    """Return the pages that librarians chose for the footer. One query."""
    return [Link(page.title, page.get_absolute_url()) for page in Page.objects.in_footer().only("slug", "title")]


def has_demonstration_content() -> bool:
    """Tell whether demonstration content was loaded and not cleared since. One query, none in production."""
    if not apps.is_installed("demonstration"):
        return False
    # Asked for by name, because production does not install the app and must not import its models.
    loads = apps.get_model("demonstration", "DemonstrationLoad")._default_manager
    return bool(loads.filter(cleared_at=None).exists())
