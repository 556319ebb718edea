"""How to run a technique, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalogue.cards import with_card_facts
from catalogue.learn_next import learn_next
from knowledge.choices import Phase
from knowledge.models import KnowHow, TechniqueTemplate

SHOWN = 10


@require_safe
def techniques(request: HttpRequest) -> HttpResponse:
    """List the techniques by when they are used."""
    current = list(TechniqueTemplate.objects.current())
    phases = [(phase.label, [one for one in current if one.phase == phase]) for phase in Phase]
    return render(request, "knowledge/techniques.html", {"phases": [(name, rows) for name, rows in phases if rows]})


@require_safe
def technique(request: HttpRequest, key: str) -> HttpResponse:
    """Say how to run a technique, with the know-how that came from it."""
    found = get_object_or_404(TechniqueTemplate.objects.current(), key=key)
    listed = KnowHow.objects.of_technique(key).listed_to(request.user)
    items = with_card_facts(listed.newest_first().for_cards()[:SHOWN])
    context = {
        "technique": found,
        "items": items,
        "total": listed.count(),
        "lessons": learn_next(user=request.user, technique=key),
    }
    return render(request, "knowledge/technique.html", context)


@require_safe
def sheet(request: HttpRequest, key: str) -> HttpResponse:
    """The facilitator's sheet, made to be printed."""
    found = get_object_or_404(TechniqueTemplate.objects.current(), key=key)
    return render(request, "knowledge/sheet.html", {"technique": found})
