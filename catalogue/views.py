"""Search, the list of topics, a page for each of them and the map of them all."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
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
from catalogue.topic_page import topic_page
from catalogue.ward import scan_code, sheet_of
from taxonomy.exchange.skos import FORMATS, defined_term, graph_of
from taxonomy.models import Topic
from taxonomy.querysets import TopicQuerySet


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
    found = find_topic(slug, Topic.objects.with_other_names().with_related().with_steps_around())
    if found.merged_into is not None:
        return redirect(found.merged_into, permanent=True)
    context = {
        "topic": found,
        "is_retired": found.status == Topic.Status.RETIRED,
        "page": topic_page(found, request.user),
        "search_url": search_url(topic=found.slug),
        "structured": defined_term(found),
    }
    return render(request, "catalogue/topic.html", context)


@require_safe
def ward_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page of a topic to print and hang up on a ward."""
    found = find_topic(slug)
    if found.merged_into is not None:
        return redirect("topic-ward", found.merged_into.slug, permanent=True)
    address = settings.PORTAL_URL + found.get_absolute_url()
    context = {
        "topic": found,
        "sheet": sheet_of(found, request.user),
        "address": address,
        "scan_code": scan_code(address),
        "today": localdate(),
    }
    return render(request, "catalogue/ward.html", context)


@require_safe
def topic_as_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Give one topic as a DefinedTerm of schema.org."""
    found = find_topic(slug, Topic.objects.with_other_names())
    return JsonResponse(defined_term(found), content_type=FORMATS["json-ld"], json_dumps_params={"ensure_ascii": False})


@require_safe
def topic_as_turtle(request: HttpRequest, slug: str) -> HttpResponse:
    """Give one topic in SKOS."""
    found = find_topic(slug)
    return HttpResponse(graph_of([found]).serialize(format="turtle"), f"{FORMATS['turtle']}; charset=utf-8")


@require_safe
def vocabulary(request: HttpRequest, form: str) -> HttpResponse:
    """Give the whole list of topics in SKOS, for other portals and catalogues."""
    public = Topic.objects.exclude(status=Topic.Status.CANDIDATE)
    suffix = "ttl" if form == "turtle" else "json"
    return HttpResponse(
        graph_of(public).serialize(format=form),
        f"{FORMATS[form]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="topics-{localdate():%Y-%m-%d}.{suffix}"'},
    )


def find_topic(slug: str, topics: TopicQuerySet | None = None) -> Topic:
    """Return the topic of an address; a suggested one has none. Raises Http404."""
    topics = Topic.objects.all() if topics is None else topics
    with_page = topics.exclude(status=Topic.Status.CANDIDATE).select_related("merged_into", "successor")
    return get_object_or_404(with_page, slug=slug)
