"""What an author does after sending: see where it stands, answer, agree to what a librarian wrote up."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from catalogue.services import EditConflict, NotReady
from knowledge.agreement import Agreed, read_agreement
from knowledge.forms.colleagues import DeclineForm, ReplyForm
from knowledge.models import KnowHow
from knowledge.page import told_parts
from knowledge.services import agreeing, contributing
from knowledge.views.contributing import said
from knowledge.views.requests import SignedInRequest


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def status(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show where one's contribution stands and what was said about it; take an answer."""
    knowhow = get_object_or_404(KnowHow.objects.told_by(request.user).visible_to(request.user), pk=pk)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contributing.reply(knowhow=knowhow, by=request.user, text=form.cleaned_data["text"])
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            said(request, "Your answer is with the library team.")
            return redirect("knowledge:status", pk=pk)
    context = {"knowhow": knowhow, "form": form, "steps": knowhow.steps.in_order().select_related("by")}
    return render(request, "knowledge/status.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a librarian wrote up for the holder of a mailed link, who agrees or says what is wrong.

    The link is the proof of who they are, so no sign-in is asked for. Opening it changes nothing.
    """
    agreed = read_agreement(token)
    found = whom_it_concerns(agreed)
    if agreed is None or found is None:
        return render(request, "knowledge/agree_expired.html", status=404)
    knowhow, author = found
    form = DeclineForm(request.POST if "decline" in request.POST else None)
    sentence = ""
    try:
        if "agree" in request.POST:
            agreeing.agree(knowhow=knowhow, version=agreed.version, by=author)
            return render(request, "knowledge/agree_done.html", {"knowhow": knowhow, "has_agreed": True})
        if form.is_bound and form.is_valid():
            agreeing.decline_to_agree(knowhow=knowhow, by=author, note=form.cleaned_data["note"])
            return render(request, "knowledge/agree_done.html", {"knowhow": knowhow, "has_agreed": False})
    except (NotReady, EditConflict) as refused:
        sentence = str(refused)
    context = {
        "knowhow": knowhow,
        "parts": told_parts(knowhow),
        "form": form,
        "sentence": sentence,
        "is_current": knowhow.version == agreed.version and knowhow.is_with_author,
        "is_sent": not knowhow.is_with_author,
    }
    return render(request, "knowledge/agree.html", context, status=422 if sentence or form.errors else 200)


def whom_it_concerns(agreed: Agreed | None) -> tuple[KnowHow, User] | None:
    """Return the text that a link speaks of and its author, who alone may read it by the link."""
    if agreed is None:
        return None
    author = User.objects.active().filter(pk=agreed.author, erased_at=None).first()
    if author is None:
        return None
    own = KnowHow.objects.visible_to(author).select_related("technique", "written_by", "organisation", "owner")
    knowhow = own.filter(pk=agreed.knowhow, owner=author).first()
    return None if knowhow is None else (knowhow, author)
