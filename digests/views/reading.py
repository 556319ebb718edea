"""An update read in the browser, and feeds of what is new at the address of a search or a topic."""

import hashlib

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import within_limit
from catalogue.addresses import search_url
from catalogue.search import Facets, SearchFilters, search
from catalogue.search.filters import NEWEST
from digests import tokens
from digests.feeds import atom
from digests.services import following
from digests.views.following import TOO_MANY
from digests.writing.page import update_page
from taxonomy.models import Topic

FEED_SIZE = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def view(request: HttpRequest, token: str) -> HttpResponse:
    """Show an update as whoever opens the link may see it: only its reader, signed in, sees more than everybody may.

    A press sends the link that changes everything to the reader's address: this page, which people pass on, holds it not.
    """
    digest = tokens.read_view(token)
    if digest is None:
        return render(request, "digests/expired.html", status=404)
    if request.method == "POST":
        if within_limit(request, action="follow_by_mail"):
            following.send_manage_link(subscriber=digest.subscriber)
            messages.success(request, "The link is on its way to the address that gets these updates.")
        else:
            messages.error(request, TOO_MANY)
        return redirect(request.path)
    return render(request, "digests/view.html", update_page(digest, request.user))


@require_safe
def topic_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give what is newest on a topic as a feed, as everybody may see it."""
    topic = get_object_or_404(Topic.objects.exclude(status=Topic.Status.CANDIDATE), slug=slug)
    in_use = Topic.objects.all().merged_slugs()[topic.slug] if topic.status == Topic.Status.MERGED else topic.slug
    filters = SearchFilters(topic=(in_use,), sort="")
    return _feed(request, filters, title=topic.name, address=topic.get_absolute_url())


@require_safe
def search_feed(request: HttpRequest) -> HttpResponse:
    """Give what is newest for a search as a feed. Feed readers do not sign in, so it holds what everybody may see."""
    filters = SearchFilters.from_query(request.GET).changed(sort=NEWEST)
    words = following.in_words(following.parts_of(filters))
    query = filters.changed(sort="").as_query()
    return _feed(
        request, filters, title=words or "Everything new", address=f"{search_url()}?{query}" if query else search_url()
    )


def _feed(request: HttpRequest, filters: SearchFilters, *, title: str, address: str) -> HttpResponse:
    page = search(filters.q, filters, AnonymousUser(), page_size=FEED_SIZE, facets=Facets.LEFT_OUT)
    if page.requested > page.last:
        raise Http404
    content = atom(page.items, title=title, address=address, own_address=request.get_full_path())
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    return HttpResponse(
        content,
        content_type="application/atom+xml; charset=utf-8",
        headers={"ETag": tag, "Cache-Control": "max-age=900"},
    )
