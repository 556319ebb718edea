"""Search, the list of topics, a page for each of them and the map of them all."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from catalogue.addresses import search_url
from catalogue.asked.services import note_search
from catalogue.map.choices import MapChoices, Rows, View
from catalogue.map.presenting import evidence_map as draw_map
from catalogue.map.presenting import filter_facets, views
from catalogue.map.writing import as_csv
from catalogue.search import SearchFilters
from catalogue.search import search as find
from catalogue.search.completing import complete
from catalogue.search_page import search_context
from catalogue.topic_index import topic_tree, topics_from_a_to_z
from catalogue.topic_page import neighbours, topic_parts
from taxonomy.models import Topic


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the words and filters of the address find; htmx gets the part below the search box alone."""
    filters = SearchFilters.from_query(request.GET)
    page = find(filters.q, filters, request.user)
    note_search(page)
    context = search_context(page)
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django_htmx's middleware
    is_fragment = bool(htmx) and not htmx.history_restore_request
    template = "catalogue/search.html#finder" if is_fragment else "catalogue/search.html"
    response = render(request, template, {**context, "is_fragment": is_fragment})
    # Without it the browser's back button could show the fragment as a page.
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """List topics and titles that go on as typed, for the search box; what the reader may not see is not among them."""
    return render(request, "catalogue/suggestions.html", {"options": complete(request.GET.get("q", ""), request.user)})


@require_safe
def evidence_map(request: HttpRequest) -> HttpResponse:
    """Show how much the portal holds on each topic and how good it is, as rings, in words or as a file."""
    choices = MapChoices.from_query(request.GET)
    shown = draw_map(choices, request.user)
    if choices.view == View.CSV:
        disposition = f'attachment; filename="evidence-map-{localdate():%Y-%m-%d}.csv"'
        return HttpResponse(as_csv(shown), "text/csv; charset=utf-8", headers={"Content-Disposition": disposition})
    context = {
        "map": shown,
        "choices": choices,
        "in_words": choices.view == View.TABLE,
        "views": views(choices),
        "facets": filter_facets(choices.filters),
        "hidden": choices.pairs(with_filters=False),
        "urls": {
            "rings": choices.url(view=View.RINGS),
            "table": choices.url(view=View.TABLE),
            "csv": choices.url(view=View.CSV),
            "top": choices.url(topic=None, rows=Rows.TOP),
            "every": choices.url(topic=None, rows=Rows.EVERY),
            "unfiltered": choices.url(filters=SearchFilters()),
        },
    }
    return render(request, "catalogue/map.html", context)


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Show every topic, by subject or, with ?view=a-z, by name together with its other names."""
    if request.GET.get("view") == "a-z":
        return render(request, "catalogue/topics_a_to_z.html", {"letters": topics_from_a_to_z(request.user)})
    return render(request, "catalogue/topics.html", {"tree": topic_tree(request.user)})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is known about one topic; a merged one leads to the topic it became part of."""
    found = get_object_or_404(Topic.objects.with_other_names().select_related("merged_into"), slug=slug)
    if found.merged_into is not None:
        return redirect(found.merged_into, permanent=True)
    if found.status == Topic.Status.CANDIDATE:
        raise Http404
    parts = topic_parts(found, request.user)
    context = {
        "topic": found,
        "is_retired": found.status == Topic.Status.RETIRED,
        "parts": parts,
        "total": sum(part.total for part in parts),
        "neighbours": neighbours(found, request.user),
        "also_called": found.other_names,
        "search_url": search_url(topic=found.slug),
    }
    return render(request, "catalogue/topic.html", context)
