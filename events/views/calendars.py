"""Events for people's calendars."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalogue.choices import Status
from events import calendars
from events.models import Booking, CalendarFeed, Campaign, Event
from events.page import may_join, own_booking
from events.services import feeds
from events.views.booking import booking_of
from events.views.reading import readable
from events.views.requests import SignedInRequest


@require_safe
def event_calendar(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Send one event; the link to join is in it for those who may see it on the page."""
    event = readable(request, pk)
    if event.starts_at is None:
        raise Http404
    own = own_booking(event, request.user)
    content = calendars.event_calendar(event, own=own, may_join=may_join(event, own, request.user))
    return _file(content, event.slug)


@never_cache
@require_safe
def booking_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Send the event of a booking to whoever has the link from its message; given up, it takes it out again."""
    own = booking_of(token)
    if own.event.starts_at is None or own.event.status == Status.WITHDRAWN:
        raise Http404
    content = calendars.event_calendar(own.event, own=own, may_join=may_join(own.event, own, request.user))
    return _file(content, own.event.slug)


@require_safe
def campaign_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the events of a campaign that this reader may see."""
    campaign = get_object_or_404(Campaign.objects.shown_to(request.user), slug=slug)
    events = Event.objects.shown_to(request.user).timed().filter(campaign=campaign)
    content = calendars.campaign_calendar(campaign, events.order_by("starts_at", "pk").prefetch_related("sessions"))
    return _file(content, campaign.slug)


@never_cache
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Send a person's bookings to the calendar programme that knows the secret; nobody else learns that it exists."""
    found = get_object_or_404(CalendarFeed.objects.select_related("person"), secret=secret, person__is_active=True)
    visible = Event.objects.visible_to(found.person).exclude(status=Status.WITHDRAWN)
    rows = (
        Booking.objects.to_tell()
        .of(found.person)
        .filter(event__in=visible.values("pk"), event__starts_at__isnull=False)
        .select_related("event", "person")
        .prefetch_related("event__sessions")
        .order_by("event__starts_at", "pk")
    )
    content = calendars.own_calendar(rows, service_name=str(settings.BRAND["service_name"]))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@login_required
@require_POST
def feed_address(request: SignedInRequest) -> HttpResponse:
    """Make the address of the person's calendar, make it anew, or take it away."""
    if request.POST.get("do") == "stop":
        feeds.take_away(by=request.user)
        messages.success(request, "The address no longer works.")
    else:
        feeds.new_address(by=request.user)
        messages.success(
            request, "This is the address of your calendar. An earlier one, if you had one, no longer works."
        )
    return redirect("events:mine")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response
