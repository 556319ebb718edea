"""Finding events and reading about them: the programme, one event, its materials, activity cards."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from catalogue.choices import Status
from events.cards import cards_context
from events.files import TYPES, ending
from events.models import Campaign, Event
from events.models.campaign import Download
from events.page import page_context
from events.programme import Choices, programme


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the programme: what is next, by day and week, or what is past."""
    shown = programme(Choices.from_query(request.GET), request.user, page=request.GET.get("page", "1"))
    context = {"programme": shown, "campaign": Campaign.objects.shown_to(request.user).current()}
    return render(request, "events/home.html", context)


@require_safe
def detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one event; a wrong slug leads to the right one. Of a withdrawn one only title, reason and date show."""
    event = get_object_or_404(Event.objects.for_page().visible_to(request.user), pk=pk)
    if slug != event.slug:
        return redirect(event, permanent=True)
    if event.status == Status.WITHDRAWN:
        return render(request, "events/withdrawn.html", {"event": event})
    template = "events/card.html" if event.is_card else "events/detail.html"
    return render(request, template, page_context(event, request.user))


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """Show what can be done at any time, by the time one has; to print, too."""
    return render(request, "events/cards.html", cards_context(request.user, request.GET))


@require_safe
def material(request: HttpRequest, pk: int, material_pk: int) -> HttpResponseBase:
    """Send a file that belongs to an event."""
    return send_download(get_object_or_404(readable(request, pk).materials.all(), pk=material_pk))


def send_download(download: Download) -> HttpResponseBase:
    """Return the file as one to save; raises Http404 where there is none."""
    if not download.file:
        raise Http404
    try:
        content = download.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    last = ending(str(download.file.name))
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{slugify(download.title) or 'file'}{last}",
        content_type=TYPES.get(last, "application/octet-stream"),
    )


def readable(request: HttpRequest, pk: int) -> Event:
    """Return the event that this person may read in full; raises Http404 otherwise."""
    visible = Event.objects.for_page().visible_to(request.user).exclude(status=Status.WITHDRAWN)
    return get_object_or_404(visible, pk=pk)
