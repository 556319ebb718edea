"""Finding learning and reading about it: home, list, one resource, its recording, its dates, paths, the shelf."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalogue.cards import with_card_facts
from catalogue.choices import Status
from learning_zone import transcripts
from learning_zone.finding import Choices, find_learning
from learning_zone.home import home_context
from learning_zone.models import LearningResource, Path
from learning_zone.page import page_context
from learning_zone.paths import shown_paths
from learning_zone.ranges import send_range
from learning_zone.shelf import shelf
from learning_zone.structured import calendar


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to learning by type, by time, by path."""
    return render(request, "learning_zone/home.html", home_context(request.user))


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """List what the words and filters of the address find."""
    choices = Choices.from_query(request.GET)
    found = find_learning(choices, request.user, page=request.GET.get("page", "1"))
    return render(request, "learning_zone/find.html", {"choices": choices, "found": found})


@require_safe
def detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one resource; a wrong slug leads to the right one. Of a withdrawn one only title, reason and date show."""
    resource = get_object_or_404(LearningResource.objects.for_page().visible_to(request.user), pk=pk)
    if slug != resource.slug:
        # A link to a minute or to a word of the transcript still leads there.
        asked = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{resource.get_absolute_url()}{asked}", permanent=True)
    if resource.status == Status.WITHDRAWN:
        return render(request, "learning_zone/withdrawn.html", {"resource": resource})
    return render(request, "learning_zone/detail.html", page_context(resource, request.user, request.GET))


@require_safe
def video(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    """Send the recording that is kept here, or the part of it that a player asks for."""
    resource = readable(request, pk)
    if not resource.video:
        raise Http404
    try:
        content = resource.video.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = send_range(request, content, content_type="video/mp4")
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def captions(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Send the transcript as captions; 404 where it has no times."""
    cues = readable(request, pk).cues
    if not cues:
        raise Http404
    return HttpResponse(transcripts.as_webvtt(cues), content_type="text/vtt; charset=utf-8")


@require_safe
def run_calendar(request: HttpRequest, pk: int, slug: str, run_pk: int) -> HttpResponse:
    """Send one date of a course for the reader's calendar."""
    resource = readable(request, pk)
    run = get_object_or_404(resource.runs.all(), pk=run_pk)
    response = HttpResponse(
        calendar(resource, run, now=timezone.now()), content_type="text/calendar; charset=utf-8; method=PUBLISH"
    )
    response["Content-Disposition"] = f'attachment; filename="{resource.slug}.ics"'
    return response


@require_safe
def paths(request: HttpRequest) -> HttpResponse:
    """List the paths."""
    shown = shown_paths(Path.objects.shown_to(request.user), request.user)
    return render(request, "learning_zone/paths.html", {"paths": shown})


@require_safe
def path(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one path and how far the reader has come."""
    found = get_object_or_404(Path.objects.shown_to(request.user), slug=slug)
    (shown,) = shown_paths([found], request.user)
    return render(request, "learning_zone/path.html", {"shown": shown})


@require_safe
def library_shelf(request: HttpRequest) -> HttpResponse:
    """Show the shelf for library and knowledge staff."""
    return render(request, "learning_zone/shelf.html", {"parts": shelf(request.user)})


@require_safe
def quick(request: HttpRequest) -> HttpResponse:
    """Show what can be begun and finished now."""
    items = with_card_facts(LearningResource.objects.offered_to(request.user).quick_wins().for_cards()[:20])
    return render(request, "learning_zone/quick.html", {"items": items})


def readable(request: HttpRequest, pk: int) -> LearningResource:
    """Return the resource that this person may read in full; raises Http404 otherwise."""
    visible = LearningResource.objects.visible_to(request.user).exclude(status=Status.WITHDRAWN)
    return get_object_or_404(visible, pk=pk)
