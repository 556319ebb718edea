"""Sharing know-how: one screen, or a write-up that begins with a technique."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import Item
from catalogue.services import EditConflict, NotReady
from knowledge.choices import CARD, QUESTION
from knowledge.forms.contributing import BeginForm, StartForm, TellForm, WriteForForm
from knowledge.identifiers import find_in
from knowledge.models import Invitation, KnowHow, TechniqueTemplate
from knowledge.questions import ASKING_PART, CARD_PART
from knowledge.services.contributing import start, tell
from knowledge.views.requests import SignedInRequest
from knowledge.warned import shown_as, were_shown


@never_cache
@login_required
@require_safe
def share(request: SignedInRequest) -> HttpResponse:
    """Ask the first question: tell something, or write up a session."""
    drafts = KnowHow.objects.told_by(request.user).with_author().visible_to(request.user)[:5]
    return render(request, "knowledge/share.html", {"drafts": drafts})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tell_it(request: SignedInRequest) -> HttpResponse:
    """Tell something in one screen and send it. The key in the form makes a second press the same contribution."""
    invitation = invited(request)
    learned_from = named_item(request)
    form = TellForm(request.POST or None, initial={"key": uuid.uuid4()})
    context = {"form": form, "invitation": invitation, "learned_from": learned_from}
    if request.method == "POST" and form.is_valid():
        warnings = find_in(form.texts())
        if not were_shown(warnings, request):
            return render(request, "knowledge/tell.html", {**context, **shown_as(warnings)})
        try:
            told = form.told()
            knowhow = tell(by=request.user, has_promised=True, invitation=invitation, about=learned_from, **told)
        except (NotReady, EditConflict) as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("knowledge:thanks", pk=knowhow.pk)
    return render(request, "knowledge/tell.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def session(request: SignedInRequest) -> HttpResponse:
    """Choose the technique of a session, and begin its write-up."""
    techniques = TechniqueTemplate.objects.current()
    form = StartForm(request.POST or None, techniques=techniques, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            knowhow = start(by=request.user, **form.chosen(), invitation=invited(request))
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("knowledge:write", pk=knowhow.pk)
    return render(request, "knowledge/session.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def card(request: SignedInRequest) -> HttpResponse:
    """Say what a who's who card is, and begin one."""
    return begin(request, form=CARD, part=CARD_PART, template="knowledge/card.html")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ask_colleagues(request: SignedInRequest) -> HttpResponse:
    """Say what becomes of a question to colleagues, and begin one."""
    return begin(request, form=QUESTION, part=ASKING_PART, template="knowledge/question.html")


def begin(request: SignedInRequest, *, form: str, part: str, template: str) -> HttpResponse:
    """Begin what has one page of its own. The key in the form makes a second press the same contribution."""
    beginning = BeginForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and beginning.is_valid():
        try:
            knowhow = start(by=request.user, key=beginning.cleaned_data["key"], form=form)
        except NotReady as refused:
            beginning.add_error(None, str(refused))
        else:
            return redirect("knowledge:part", pk=knowhow.pk, name=part)
    return render(request, template, {"form": beginning}, status=422 if beginning.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def write_for(request: SignedInRequest) -> HttpResponse:
    """Begin to write up what somebody told a librarian. 404 for everybody else."""
    if not request.user.is_librarian:
        raise Http404
    techniques = TechniqueTemplate.objects.current()
    form = WriteForForm(request.POST or None, techniques=techniques, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            knowhow = start(by=request.user, **form.chosen())
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("knowledge:write", pk=knowhow.pk)
    return render(request, "knowledge/write_for.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def thanks(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say thank you, and what happens next and when."""
    knowhow = get_object_or_404(KnowHow.objects.told_by(request.user).visible_to(request.user), pk=pk)
    return render(request, "knowledge/thanks.html", {"knowhow": knowhow})


@never_cache
@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """List what the person contributed and what became of it."""
    contributions = KnowHow.objects.told_by(request.user).with_numbers().visible_to(request.user)
    invitations = Invitation.objects.filter(person=request.user, answered_by=None).select_related("topic")
    return render(request, "knowledge/mine.html", {"contributions": contributions, "invitations": invitations})


def named_item(request: SignedInRequest) -> Item | None:
    """Return the item that the address names as the one the person learned from, where they may see it."""
    named = request.GET.get("about", "")
    if not named.isdecimal() or len(named) > 18:
        return None
    return Item.objects.listed_to(request.user).filter(pk=int(named)).first()


def invited(request: SignedInRequest) -> Invitation | None:
    """Return the invitation that the address names, where it was sent to this person."""
    number = request.GET.get("invitation", "")
    if not number.isdecimal() or len(number) > 15:
        return None
    found = Invitation.objects.filter(pk=int(number), person=request.user, answered_by=None)
    return found.select_related("topic").first()


def said(request: SignedInRequest, words: str) -> None:
    """Confirm on the next page what was done."""
    messages.success(request, words)
