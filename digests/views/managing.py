"""The one page on which a subscriber changes everything, with or without signing in, and the stop link of each mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from digests import tokens
from digests.choices import ADJECTIVES, Frequency
from digests.forms import ChoicesForm
from digests.models import Subscriber
from digests.overview import next_in_words
from digests.services import following
from mail import bounces
from mail.models import Suppression


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Show and change what the person follows."""
    assert isinstance(request.user, User)
    find = following.subscriber_of if request.method == "POST" else following.subscriber_or_new
    return _manage(request, find(request.user), address=reverse("digests:mine"))


@never_cache
@require_http_methods(["GET", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """The same by the signed link of a mail."""
    found = tokens.read(token, tokens.MANAGE)
    if found is None:
        return render(request, "digests/expired.html", status=404)
    subscriber = found[0]
    if request.method == "POST" and request.POST.get("do") == "forget" and subscriber.user is None:
        following.forget(subscriber=subscriber)
        messages.success(request, "Your address and what you followed are deleted.")
        return redirect("home")
    return _manage(request, subscriber, address=request.path)


def _manage(request: HttpRequest, subscriber: Subscriber, *, address: str) -> HttpResponse:
    if request.method == "POST" and request.POST.get("do") != "choose":
        sentence = _do(request.POST.get("do", ""), request.POST.get("follow", ""), subscriber)
        if sentence:
            messages.success(request, sentence)
        return redirect(address)
    form = ChoicesForm(request.POST) if request.method == "POST" else ChoicesForm.of(subscriber)
    if form.is_bound and form.is_valid():
        following.choose(subscriber=subscriber, **form.cleaned_data)
        messages.success(request, "Your choices are saved.")
        return redirect(address)
    context = {
        "subscriber": subscriber,
        "follows": subscriber.follows.with_names() if subscriber.pk else (),
        "form": form,
        "address": address,
        "is_mine": address == reverse("digests:mine"),
        "next_in_words": next_in_words(subscriber),
        "refusal": Suppression.objects.filter(address=subscriber.address.lower()).first(),
    }
    return render(request, "digests/manage.html", context, status=422 if form.is_bound else 200)


def _do(what: str, follow_id: str, subscriber: Subscriber) -> str:
    """Carry out what a button of the page says; return the sentence to show, "" where there was nothing to do."""
    key = int(follow_id) if follow_id.isascii() and follow_id.isdigit() and len(follow_id) < 18 else 0
    if what == "unfollow":
        name = following.unfollow(subscriber=subscriber, follow_id=key)
        return f"You no longer follow {name}." if name else ""
    if what in {"narrower", "not-narrower"}:
        following.set_narrower(subscriber=subscriber, follow_id=key, with_narrower=what == "narrower")
        return "Your choices are saved."
    if what == "stop":
        following.stop(subscriber=subscriber, frequency=subscriber.frequency)
        return "The updates are stopped. What you follow is kept, should you want them again."
    if what == "start":
        following.start_again(subscriber=subscriber)
        return "You get updates again, with what is new from now on."
    if what == "resume":
        following.resume(subscriber=subscriber)
        return "The pause is over. What was new in the meantime comes with the next email."
    if what == "renew":
        following.renew_links(subscriber=subscriber)
        return "The links of earlier emails no longer work."
    if what == "works-again":
        bounces.forgive(address=subscriber.address)
        return "We write to this address again."
    return ""


# A mail program presses the button by itself (RFC 8058): no cookie, no token of a form, only the signed link.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mail that the link came in. A GET only asks, as scanners open every link of a mail."""
    found = tokens.read(token, tokens.STOP)
    if found is None or found[1] not in Frequency.values:
        return render(request, "digests/expired.html", status=404)
    subscriber, frequency = found
    stopped = request.method == "POST" and following.stop(subscriber=subscriber, frequency=frequency)
    subscriber.refresh_from_db()
    context = {
        "subscriber": subscriber,
        "adjective": ADJECTIVES[Frequency(frequency)],
        "current": ADJECTIVES[Frequency(subscriber.frequency)],
        "is_other": subscriber.frequency != frequency,
        "asked": request.method == "POST",
        "stopped": stopped or subscriber.stopped_at is not None,
        "manage_url": following.manage_url(subscriber),
    }
    return render(request, "digests/stop.html", context)
