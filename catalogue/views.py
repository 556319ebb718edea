"""Search, the list of topics, a page for each of them and the map of them all."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from catalogue.addresses import search_url
from catalogue.asked.services import note_search
from catalogue.keeping import kept, kept_for_visitors
from catalogue.map.choices import MapChoices, View
from catalogue.map.presenting import evidence_map as draw_map
from catalogue.map.presenting import map_context
from catalogue.map.writing import as_csv
from catalogue.references import ris_response
from catalogue.search import Facets, SearchFilters, count_filters
from catalogue.search import search as find
from catalogue.search.completing import complete
from catalogue.search_page import filters_context, search_context, with_filters_url
from catalogue.topic_facts import facts_for
from catalogue.topic_index import topic_tree, topics_from_a_to_z
from catalogue.topic_page import topic_page
from catalogue.ward import scan_code, sheet_of
from taxonomy.exchange.skos import FORMATS, defined_term, graph_of
from taxonomy.forms import SuggestTopicForm
from taxonomy.models import Topic
from taxonomy.querysets import TopicQuerySet
from taxonomy.services.curating import NotPossible, suggest


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the words and filters of the address find; htmx gets the part below the search box alone.

    Filters whose numbers take longer than the results are asked for apart, or shown by ?filters=shown.
    """
    filters = SearchFilters.from_query(request.GET)
    are_shown = request.GET.get("filters") == "shown"
    page = find(filters.q, filters, request.user, facets=Facets.COUNTED if are_shown else Facets.AT_HAND)
    note_search(page)
    context = {**search_context(page), "filters_are_shown": are_shown}
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django_htmx's middleware
    is_fragment = bool(htmx) and not htmx.history_restore_request
    template = "catalogue/search.html#finder" if is_fragment else "catalogue/search.html"
    response = render(request, template, {**context, "is_fragment": is_fragment})
    # Without it the browser's back button could show the fragment as a page.
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def search_filters(request: HttpRequest) -> HttpResponse:
    """Give htmx the filters of a search with their numbers, and the kinds above its results; others get the page."""
    filters = SearchFilters.from_query(request.GET)
    if not request.htmx:  # type: ignore[attr-defined]  # set by django_htmx's middleware
        led = redirect(with_filters_url(filters))
        patch_vary_headers(led, ["HX-Request"])
        return led

    def draw() -> str:
        context = filters_context(filters, count_filters(filters.q, filters, request.user), is_apart=True)
        return render_to_string("catalogue/search_filters.html", context, request)

    drawn = kept("filters", filters.as_query(), request.user, draw, seconds=settings.SEARCH_NUMBERS_KEPT_SECONDS)
    response = HttpResponse(drawn)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def search_ris(request: HttpRequest) -> HttpResponse:
    """Send the page of results at this address to a reference manager."""
    filters = SearchFilters.from_query(request.GET)
    page = find(filters.q, filters, request.user, facets=Facets.LEFT_OUT)
    return ris_response(page.items, name=f"search-{localdate():%Y-%m-%d}")


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """List topics and titles that go on as typed, for the search box; what the reader may not see is not among them."""
    return render(request, "catalogue/suggestions.html", {"options": complete(request.GET.get("q", ""), request.user)})


@require_safe
def evidence_map(request: HttpRequest) -> HttpResponse:
    """Show how much the portal holds on each topic and how good it is, as rings, in words or as a file."""
    choices = MapChoices.from_query(request.GET)
    if choices.view == View.CSV:
        disposition = f'attachment; filename="evidence-map-{localdate():%Y-%m-%d}.csv"'
        data = as_csv(draw_map(choices, request.user))
        return HttpResponse(data, "text/csv; charset=utf-8", headers={"Content-Disposition": disposition})

    def draw() -> str:
        return render_to_string("catalogue/map_body.html", map_context(choices, request.user), request)

    hidden = choices.pairs(with_filters=False)
    asked = f"{choices.url()} {' '.join(choices.remarks)}"
    drawn = kept("map", asked, request.user, draw, seconds=settings.EVIDENCE_MAP["kept_seconds"])
    body = mark_safe(drawn)  # noqa: S308 - a template drew it
    return render(request, "catalogue/map.html", {"choices": choices, "hidden": hidden, "body": body})


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Show every topic, by subject or, with ?view=a-z, by name together with its other names."""
    if request.GET.get("view") == "a-z":
        return render(request, "catalogue/topics_a_to_z.html", {"letters": topics_from_a_to_z(request.user)})
    return render(request, "catalogue/topics.html", {"tree": topic_tree(request.user)})


@require_safe
@kept_for_visitors
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is known about one topic; a merged one leads to the topic it became part of."""
    topics = Topic.objects.with_other_names().with_related().with_steps_around().annotate(**facts_for(request.user))
    found = find_topic(slug, topics)
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


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def suggest_topic(request: HttpRequest) -> HttpResponse:
    """Let signed-in staff suggest a topic, after showing what is nearly the same."""
    user = request.user
    assert isinstance(user, User)
    if not user.is_member:
        return redirect(f"{reverse('enquiries:contact')}?reason=suggest_topic")
    form = SuggestTopicForm(request.POST or None, initial={"name": request.GET.get("name", "")[:100]})
    if request.method == "POST" and form.is_valid():
        try:
            suggested = suggest(name=form.cleaned_data["name"], reason=form.cleaned_data["reason"], by=user)
        except ValidationError as taken:
            form.add_error("name", taken.messages[0])
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Thank you. The library team decides about “{suggested.name}”.")
            return redirect("topics")
    return render(request, "catalogue/suggest_topic.html", {"form": form}, status=422 if form.errors else 200)


def find_topic(slug: str, topics: TopicQuerySet | None = None) -> Topic:
    """Return the topic of an address; a suggested one has none. Raises Http404."""
    topics = Topic.objects.all() if topics is None else topics
    with_page = topics.exclude(status=Topic.Status.CANDIDATE).select_related("merged_into", "successor")
    return get_object_or_404(with_page, slug=slug)
