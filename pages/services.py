"""Putting the supplied pages into the portal."""

from django.db import transaction

from pages.models import Page, Workstream
from pages.supplied import PAGES, WORKSTREAMS, SuppliedPage, words_digest


@transaction.atomic
def load_pages() -> int:
    """Add the supplied pages and workstreams that are missing; return how many pages were added.

    Safe to repeat. A page whose words nobody has edited follows the words that the portal now comes with; a page that a
    librarian has edited, hidden or moved stays as it is.
    """
    present = {page.slug: page for page in Page.objects.select_for_update().filter(slug__in=[p.slug for p in PAGES])}
    added = 0
    for place, supplied in enumerate(PAGES, start=1):
        page = present.get(supplied.slug)
        if page is None:
            _add(supplied, position=place * 10)
            added += 1
        elif page.is_supplied and page.supplied_digest != supplied.digest and not has_been_edited(page):
            _follow(page, supplied)
    _add_workstreams()
    return added


def has_been_edited(page: Page) -> bool:
    """Tell whether the page's words differ from those it was supplied with."""
    return words_digest(title=page.title, lead=page.lead, body=page.body) != page.supplied_digest


def _add(supplied: SuppliedPage, *, position: int) -> None:
    Page.objects.create(
        slug=supplied.slug,
        title=supplied.title,
        lead=supplied.lead,
        body=supplied.body,
        live_part=supplied.live_part,
        position=position,
        in_footer=supplied.in_footer,
        supplied_digest=supplied.digest,
    )


def _follow(page: Page, supplied: SuppliedPage) -> None:
    page.title = supplied.title
    page.lead = supplied.lead
    page.body = supplied.body
    page.supplied_digest = supplied.digest
    page.save()


def _add_workstreams() -> None:
    """Add the five on an empty table only: who renamed or removed one does not want it back."""
    if Workstream.objects.exists():
        return
    Workstream.objects.bulk_create(
        Workstream(name=name, summary=summary, position=place * 10, is_ours=place == 1, is_supplied=True)
        for place, (name, summary) in enumerate(WORKSTREAMS, start=1)
    )
