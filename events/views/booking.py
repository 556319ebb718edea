"""Booking, confirming, taking up an offer, giving a place back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.limits import within_limit
from accounts.models import User
from catalogue.choices import Visibility
from events.calendars import feed_url
from events.choices import BookingState
from events.forms.booking import FeedbackForm, GuestForm
from events.forms.guarding import TOO_MANY
from events.models import Booking, CalendarFeed, booking_key
from events.page import may_join, place_in_line, places
from events.services import booking as services
from events.services.reminding import keep_feedback
from events.views.reading import readable
from events.views.requests import SignedInRequest
from events.words import state_of, when_in_words


@never_cache
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Book: one press for the signed-in, name and address for others where the event allows."""
    event = readable(request, pk)
    if isinstance(request.user, User):
        return _book_own(request, pk, request.user)
    if not event.takes_guests or event.visibility != Visibility.PUBLIC:
        raise Http404
    numbers = places(event)
    context = {
        "event": event,
        "when": when_in_words(event),
        "state": state_of(event, taken=numbers["taken"], waiting=numbers["waiting"]),
    }
    if request.method != "POST":
        return render(request, "events/book.html", {**context, "form": GuestForm()})
    form = GuestForm(request.POST)
    if not form.is_valid():
        return render(request, "events/book.html", {**context, "form": form}, status=422)
    if not within_limit(request, action="book_as_guest"):
        form.add_error(None, TOO_MANY)
        return render(request, "events/book.html", {**context, "form": form}, status=429)
    try:
        services.book_as_guest(event=event, name=form.cleaned_data["name"], email=form.cleaned_data["email"])
    except services.CannotBook as refused:
        form.add_error(None, str(refused))
        return render(request, "events/book.html", {**context, "form": form}, status=422)
    return redirect("events:asked", pk=event.pk)


def _book_own(request: HttpRequest, pk: int, user: User) -> HttpResponse:
    event = readable(request, pk)
    if request.method != "POST":
        return redirect(event)
    try:
        own = services.book(event=event, by=user)
    except services.CannotBook as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, SENTENCES[BookingState(own.state)])
    return redirect(event)


SENTENCES = {
    BookingState.UNCONFIRMED: "Look in your email to confirm your place.",
    BookingState.BOOKED: "You have a place. We are sending you an email with all you need.",
    BookingState.WAITING: "All places are taken. You are on the waiting list, and we write when a place is free.",
    BookingState.OFFERED: "A place is kept for you. Take it up below.",
    BookingState.CANCELLED: "Your place is given back.",
    BookingState.LAPSED: "The place is no longer kept for you.",
}
LEFT_WAITING_LIST = "You are off the waiting list."


@never_cache
@require_safe
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a message is on its way. It says the same whoever asked."""
    event = readable(request, pk)
    numbers = places(event)
    state = state_of(event, taken=numbers["taken"], waiting=numbers["waiting"])
    return render(request, "events/asked.html", {"event": event, "is_full": state.is_full})


@never_cache
@login_required
@require_POST
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take up an offered place, or give a place back."""
    event = readable(request, pk)
    own = get_object_or_404(Booking.objects.live().of(request.user).filter(event=event))
    _act(request, own)
    return redirect(event)


@never_cache
@require_http_methods(["GET", "POST"])
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """Show a booking to whoever has the link from its message, and do what they press. Opening it changes nothing, as
    programs that look for dangerous links open every one."""
    own = booking_of(token)
    form = FeedbackForm(initial={"feedback": own.feedback})
    if request.method == "POST" and request.POST.get("do") == "feedback" and own.came:
        form = FeedbackForm(request.POST)
        if form.is_valid():
            keep_feedback(booking=own, text=form.cleaned_data["feedback"])
            messages.success(request, "Thank you. The organisers have your answer.")
            return redirect("events:booking", token=token)
    elif request.method == "POST":
        _act(request, own)
        return redirect("events:booking", token=token)
    context = {
        "booking": own,
        "token": token,
        "event": own.event,
        "when": when_in_words(own.event),
        "place_in_line": place_in_line(own),
        "may_join": may_join(own.event, own, request.user),
        "form": form,
    }
    return render(request, "events/booking.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest, own: Booking) -> None:
    """Confirm, accept or cancel, as the button says, and leave a sentence."""
    was_waiting = own.state == BookingState.WAITING
    acts = {"confirm": services.confirm, "accept": services.accept, "cancel": services.cancel}
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        return
    try:
        own = act(booking=own)
    except services.CannotBook as refused:
        messages.error(request, str(refused))
    else:
        left = was_waiting and own.state == BookingState.CANCELLED
        messages.success(request, LEFT_WAITING_LIST if left else SENTENCES[BookingState(own.state)])


@never_cache
@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """Show the person's own bookings and the address of their calendar."""
    own = Booking.objects.of(request.user).select_related("event", "person").order_by("event__starts_at", "pk")
    rows = [(row, when_in_words(row.event)) for row in own.live()]
    feed = CalendarFeed.objects.filter(person=request.user).first()
    context = {
        "coming": [(row, when) for row, when in rows if not row.event.is_over],
        "past": [(row, when) for row, when in reversed(rows) if row.event.is_over and row.has_place],
        "feed_address": feed_url(feed.secret) if feed else "",
    }
    return render(request, "events/mine.html", context)


def booking_of(token: str) -> Booking:
    """Return the booking that a link's token stands for; raises Http404 for anything else."""
    rows = Booking.objects.select_related("event", "event__organisation", "person")
    return get_object_or_404(rows, pk=booking_key(token))
