"""Walls that anybody may write on without an account, once a librarian has read it; and proposing a session."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import within_limit
from accounts.models import User
from catalogue.attachments import RefusedFile
from events.campaign_page import pledge_counts
from events.choices import PledgeProgress
from events.files import TYPES, ending
from events.forms.guarding import TOO_MANY, OpenForm
from events.forms.voices import PledgeForm, ProgressForm, ProposalForm, StoryForm
from events.models import Campaign, Pledge, pledge_key
from events.services import voices
from events.views.campaigns import shown_campaign

WALL_SIZE = 24


@never_cache
@require_http_methods(["GET", "POST"])
def pledges(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the wall of pledges and take one more."""
    campaign = shown_campaign(request, slug)
    form = PledgeForm(request.POST or None)
    if request.method == "POST" and campaign.takes_pledges:
        answer = _take(request, form, lambda answers: voices.pledge(campaign=campaign, **answers))
        if answer:
            messages.success(request, "Thank you. Your pledge shows here once a librarian has read it.")
            return redirect("events:pledges", slug=campaign.slug)
    context = {
        "campaign": campaign,
        "form": form,
        "page": Paginator(campaign.pledge_set.shown(), WALL_SIZE).get_page(request.GET.get("page")),
        "counts": pledge_counts(campaign),
    }
    return render(request, "events/pledges.html", context, status=_status(form))


@never_cache
@require_http_methods(["GET", "POST"])
def stories(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what people did and take one more."""
    campaign = shown_campaign(request, slug)
    form = StoryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and campaign.takes_stories:
        answer = _take(request, form, lambda answers: voices.tell(campaign=campaign, **answers))
        if answer:
            messages.success(request, "Thank you. It shows here once a librarian has read it.")
            return redirect("events:stories", slug=campaign.slug)
    context = {
        "campaign": campaign,
        "form": form,
        "page": Paginator(campaign.story_set.shown(), WALL_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "events/stories.html", context, status=_status(form))


@require_safe
def picture(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Send the picture of what somebody did, once it is shown; to librarians before, who decide whether it is."""
    stories = shown_campaign(request, slug).story_set
    is_librarian = isinstance(request.user, User) and request.user.is_librarian
    story = get_object_or_404(stories.all() if is_librarian else stories.shown(), pk=pk)
    if not story.picture:
        raise Http404
    try:
        content = story.picture.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    return FileResponse(content, content_type=TYPES[ending(str(story.picture.name))])


@never_cache
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and keep, what became of a pledge. Whoever has the link from the message may answer."""
    pledge = get_object_or_404(Pledge.objects.select_related("campaign"), pk=pledge_key(token))
    form = ProgressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        voices.set_progress(pledge=pledge, progress=PledgeProgress(form.cleaned_data["progress"]))
        messages.success(request, "Thank you.")
        return redirect("events:pledges", slug=pledge.campaign.slug)
    return render(request, "events/progress.html", {"pledge": pledge, "form": form}, status=_status(form))


@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Take a proposed session, for a campaign where the address names one that asks for them."""
    open_ones = Campaign.objects.shown_to(request.user).filter(takes_proposals=True)
    campaign = open_ones.filter(slug=request.GET.get("campaign", "")).first()
    form = ProposalForm(request.POST or None)
    if request.method == "POST":
        answer = _take(request, form, lambda answers: voices.propose(campaign=campaign, **answers))
        if answer:
            return redirect("events:proposed")
    return render(request, "events/propose.html", {"campaign": campaign, "form": form}, status=_status(form))


@require_safe
def proposed(request: HttpRequest) -> HttpResponse:
    """Say what happens next."""
    return render(request, "events/proposed.html")


def _take(request: HttpRequest, form: OpenForm, keep: Callable[[dict[str, Any]], object]) -> bool:
    """Keep what a form says, if it is right and not too much; else its errors say why. Return whether it was kept."""
    if not form.is_valid():
        return False
    if not within_limit(request, action="speak_up"):
        form.add_error(None, TOO_MANY)
        return False
    try:
        keep(form.answers())
    except RefusedFile as refused:
        form.add_error("picture", str(refused))
        return False
    return True


def _status(form: Any) -> int:
    if not form.errors:
        return 200
    return 429 if TOO_MANY in form.non_field_errors() else 422
