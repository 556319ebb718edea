"""Following something, with an account in one press, without one by e-mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import within_limit
from accounts.models import User
from digests import tokens
from digests.forms import FollowForm
from digests.overview import rhythm_at
from digests.services import following
from digests.services.following import CannotFollow

TOO_MANY = "Many people on your network asked for updates in a short time. Try again in a few minutes."


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Follow what the address names: at once for those signed in, after a confirmation for an e-mail address."""
    query = request.GET.urlencode()
    try:
        wanted = following.wanted_from(query)
    except CannotFollow as refusal:
        return render(request, "digests/cannot_follow.html", {"reason": refusal}, status=422 if query else 200)
    person = request.user if isinstance(request.user, User) else None
    answers = request.POST if request.method == "POST" else None
    form = FollowForm(answers, wanted=wanted, is_guest=person is None)
    if request.method != "POST":
        return render(request, "digests/follow.html", {"form": form, "wanted": wanted})
    if not form.is_valid():
        return render(request, "digests/follow.html", {"form": form, "wanted": wanted}, status=422)
    narrower = form.cleaned_data.get("with_narrower", True)
    try:
        wanted = following.wanted_from(form.kept_query) if form.kept_query else wanted
    except CannotFollow as refusal:
        form.add_error("keep", str(refusal))
        return render(request, "digests/follow.html", {"form": form, "wanted": wanted}, status=422)
    if person is not None:
        return _follow_at_once(request, person, wanted, narrower=narrower)
    if not within_limit(request, action="follow_by_mail"):
        form.add_error(None, TOO_MANY)
        return render(request, "digests/follow.html", {"form": form, "wanted": wanted}, status=429)
    following.ask_to_confirm(email=form.cleaned_data["email"], wanted=wanted, with_narrower=narrower)
    return redirect("digests:asked")


def _follow_at_once(request: HttpRequest, person: User, wanted: following.Wanted, *, narrower: bool) -> HttpResponse:
    try:
        subscriber = following.subscriber_of(person)
        following.follow(subscriber=subscriber, wanted=wanted, with_narrower=narrower)
    except CannotFollow as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"You follow {wanted.words}.")
    return redirect("digests:mine")


@never_cache
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Say that a link is on its way. The page is the same whoever asked for whatever address."""
    return render(request, "digests/asked.html")


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more, so that no scanner of links confirms anything, then follow and lead to the choices."""
    wish = tokens.unseal(token)
    if wish is None:
        return render(request, "digests/expired.html", status=404)
    try:
        if request.method != "POST":
            context = {"wish": wish, "wanted": following.wanted_from(wish.query), "rhythm": rhythm_at(wish.email)}
            return render(request, "digests/confirm.html", context)
        subscriber, followed = following.confirm(wish=wish)
    except CannotFollow as refusal:
        return render(request, "digests/cannot_follow.html", {"reason": refusal}, status=422)
    messages.success(request, f"You follow {followed.name}.")
    return redirect(following.manage_url(subscriber))
