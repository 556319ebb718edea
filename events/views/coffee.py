"""Taking part in a coffee trial."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalogue.services import NotReady
from events.forms.coffee import AnswerForm, SignUpForm
from events.models import CoffeeTrial
from events.services import coffee
from events.views.reading import readable
from events.views.requests import SignedInRequest


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sign_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign up, change what one said, or leave."""
    trial = trial_of(request, pk)
    part = trial.sign_ups.filter(person=request.user).first()
    first = {"is_clinical": "yes" if part.is_clinical else "no", "about": part.about} if part else {}
    form = SignUpForm(request.POST or None if request.POST.get("do") != "leave" else None, initial=first)
    try:
        if request.POST.get("do") == "leave":
            coffee.leave(trial=trial, by=request.user)
            messages.success(request, "You no longer take part.")
            return redirect(trial.event)
        if request.method == "POST" and form.is_valid():
            coffee.sign_up(trial=trial, by=request.user, **form.cleaned_data)
            messages.success(request, "You are signed up. We introduce you to your partner by email.")
            return redirect(trial.event)
    except NotReady as refused:
        messages.error(request, str(refused))
        return redirect(trial.event)
    context = {"event": trial.event, "trial": trial, "part": part, "form": form}
    return render(request, "events/coffee_sign_up.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what came of it, for those who were introduced; and lead to sharing it."""
    trial = trial_of(request, pk)
    part = get_object_or_404(trial.sign_ups.all(), person=request.user)
    if trial.introduced_at is None:
        raise Http404
    form = AnswerForm(request.POST or None, initial={"answer": part.answer})
    if request.method == "POST" and form.is_valid():
        part = coffee.answer(trial=trial, by=request.user, text=form.cleaned_data["answer"])
        messages.success(request, "Thank you. The organisers have your answer.")
        return redirect("events:coffee-answer", pk=pk)
    context = {"event": trial.event, "part": part, "form": form}
    return render(request, "events/coffee_answer.html", context, status=422 if form.errors else 200)


def trial_of(request: SignedInRequest, pk: int) -> CoffeeTrial:
    """Return the coffee trial of an event that this person may read; raises Http404 otherwise."""
    return get_object_or_404(CoffeeTrial, event=readable(request, pk).pk)
