"""A small site for the tests of the look: its pages are ours, so no other room's page can make them fail."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from accounts.models import User
from catalogue import kinds
from design.facets import Facet, Option

SWAPPED = """{% load components %}
<div id="finder">
  <form action="/swap/" method="get" data-hx-get="/swap/" data-hx-target="#finder" data-hx-swap="outerHTML show:none"
        data-hx-push-url="true" data-hx-trigger="submit, change target:.kp-auto delay:50ms">
    <label for="words">Words</label> <input id="words" class="kp-auto" type="text" name="q" value="{{ request.GET.q }}">
    <details class="kp-filters" id="filters"><summary>Filters</summary>{% facet facet %}</details>
    <button type="submit">Apply</button>
  </form>
  <p id="chosen">{{ chosen }}</p>
</div>"""
PAGE_START = """{% extends "base.html" %}
{% block title %}Swap{% endblock %}
{% block htmx %}{% include "components/htmx.html" %}{% endblock %}
{% block content %}<h1>Swap</h1>"""
PAGE = f"{PAGE_START}{SWAPPED}{{% endblock %}}"
TOPICS = ["falls", "sepsis", "stroke", *(f"topic-{number}" for number in range(20))]


def swap(request: HttpRequest) -> HttpResponse:
    """A list with one filter, as a whole page or, for htmx, as the part that changes. The server sends panels closed."""
    chosen = request.GET.getlist("topic")
    options = [Option(slug, slug.replace("-", " ").capitalize(), 3, selected=slug in chosen) for slug in TOPICS]
    source = SWAPPED if request.headers.get("HX-Request") else PAGE
    context = {"facet": Facet("topic", "Topic", options), "chosen": ", ".join(chosen) or "none"}
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def blank(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Any page whose address the frame names."""
    return HttpResponse(engines["django"].from_string('{% extends "base.html" %}').render({}, request))


def wrong(request: HttpRequest, code: str) -> HttpResponse:
    """An error page."""
    return render(request, f"{code}.html", status=int(code[:3]))


def kind_home(route: str) -> Any:
    """The landing page of a kind of content, to which the frame's menu leads."""
    room, _, name = route.partition(":")
    return include(([path("", blank, name=name)], room))


site = AdminSite(name="admin")


class PeopleAdmin(ModelAdmin):
    """Django's own pages, with a filter, a search, an action and every kind of field."""

    list_display = ["email", "is_active", "last_login"]
    list_filter = ["is_active", "role"]
    search_fields = ["email"]
    date_hierarchy = "date_joined"


site.register(User, PeopleAdmin)

urlpatterns = [
    path("", blank, name="home"),
    path("", include("design.urls")),
    path("search/", blank, name="search"),
    path("topics/", blank, name="topics"),
    path("map/", blank, name="map"),
    path("about/<slug:slug>/", blank, name="page"),
    path("get-in-touch/", include(([path("", blank, name="contact")], "enquiries"))),
    *(path(f"{kind.name}/", kind_home(kind.home_route)) for kind in kinds.all_kinds() if kind.home_route),
    path("swap/", swap),
    path("wrong/<str:code>/", wrong),
    path("account/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
]
