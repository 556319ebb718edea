"""Reading know-how, and what colleagues do with it: share experience, report a problem, write to its author."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.addresses import search_url
from catalogue.choices import Status
from catalogue.services import NotReady
from knowledge.forms.colleagues import AnswerForm, ContactForm, ExperienceForm, ReportForm
from knowledge.identifiers import find_in
from knowledge.models import Attachment, Community, KnowHow, TechniqueTemplate
from knowledge.page import page_context
from knowledge.services import answering, champions, experience, moderating
from knowledge.views.contributing import said
from knowledge.views.requests import SignedInRequest
from knowledge.warned import shown_as, were_shown


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what know-how is and lead to each part of the room."""
    newest = KnowHow.objects.listed_to(request.user).newest_first().for_cards()[:4]
    context = {
        "newest": newest,
        "techniques": TechniqueTemplate.objects.current().count(),
        "communities": Community.objects.listed().count(),
        "search_url": search_url(kind="knowhow"),
    }
    return render(request, "knowledge/home.html", context)


@require_safe
def detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one contribution; a wrong slug leads to the right one. Of a withdrawn one only title, reason and date show."""
    knowhow = get_object_or_404(KnowHow.objects.for_page().visible_to(request.user), pk=pk)
    if slug != knowhow.slug:
        return redirect(knowhow, permanent=True)
    if knowhow.status == Status.WITHDRAWN:
        return render(request, "knowledge/withdrawn.html", {"knowhow": knowhow})
    return render(request, "knowledge/detail.html", page_context(knowhow, request.user))


@require_safe
def attachment(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    """Send a file of a contribution, always as a download; 404 where it may not be read or was withdrawn."""
    knowhow = readable(request, pk)
    found = get_object_or_404(Attachment, pk=file_pk, knowhow=knowhow)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    name = get_valid_filename(found.name)
    response = FileResponse(content, as_attachment=True, filename=name, content_type=found.content_type)
    response["X-Robots-Tag"] = "noindex"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_POST
def share_experience(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a colleague's word: a tap, a line, and where. Or take it back."""
    knowhow = readable(request, pk)
    if "take_back" in request.POST:
        experience.take_back_experience(knowhow=knowhow, by=request.user)
        said(request, "What you said is removed.")
        return redirect(knowhow)
    form = ExperienceForm(request.POST)
    if form.is_valid():
        try:
            experience.share_experience(knowhow=knowhow, by=request.user, **form.cleaned_data)
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            said(request, "Thank you. Your experience is on the page.")
            return redirect(knowhow)
    return render(request, "knowledge/detail.html", page_context(knowhow, request.user, form), status=422)


@login_required
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a colleague's answer to a question, after showing what in it could identify somebody. Or take it back."""
    knowhow = readable(request, pk)
    if "take_back" in request.POST:
        answering.take_back_answer(knowhow=knowhow, by=request.user)
        said(request, "Your answer is removed.")
        return redirect(knowhow)
    form = AnswerForm(request.POST)
    warnings: list[dict[str, str]] = []
    if form.is_valid():
        warnings = find_in({"Your answer": form.cleaned_data["text"], "Where is that?": form.cleaned_data["place"]})
        if were_shown(warnings, request):
            try:
                answering.answer_question(knowhow=knowhow, by=request.user, **form.cleaned_data)
            except NotReady as refused:
                form.add_error(None, str(refused))
            else:
                said(request, "Thank you. Your answer is on the page, and whoever asked has been told.")
                return redirect(knowhow)
    context = page_context(knowhow, request.user, answer_form=form) | shown_as(warnings)
    return render(request, "knowledge/detail.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def helpful(request: SignedInRequest, pk: int, answer_pk: int) -> HttpResponse:
    """Let whoever asked say that an answer helped, or take that back; 404 for everybody else."""
    knowhow = readable(request, pk)
    found = get_object_or_404(knowhow.colleagues_answers.all(), pk=answer_pk)
    try:
        answering.mark_helpful(answer=found, by=request.user, is_helpful="helped" in request.POST)
    except NotReady as refused:
        raise Http404 from refused
    return redirect(knowhow)


@login_required
@require_http_methods(["GET", "POST"])
def report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Report a problem; what staff report as unsafe or identifying is hidden until a librarian has looked."""
    knowhow = readable(request, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = moderating.report_problem(knowhow=knowhow, by=request.user, **form.cleaned_data)
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            return render(request, "knowledge/reported.html", {"report": made})
    return render(
        request, "knowledge/report.html", {"form": form, "knowhow": knowhow}, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write to the author, whose address stays hidden; 404 where they take no messages."""
    knowhow = readable(request, pk)
    if not knowhow.may_be_contacted or knowhow.owner is None:
        raise Http404
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            champions.write_to(
                recipient=knowhow.owner, sender=request.user, text=form.cleaned_data["text"], about=knowhow
            )
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            said(request, "Your message is on its way.")
            return redirect(knowhow)
    context = {"form": form, "to": knowhow.told_by, "about": knowhow}
    return render(request, "knowledge/contact.html", context, status=422 if form.errors else 200)


def readable(request: HttpRequest, pk: int) -> KnowHow:
    """Return the contribution that this person may read in full; raises Http404 otherwise."""
    visible = KnowHow.objects.for_page().visible_to(request.user).exclude(status=Status.WITHDRAWN)
    return get_object_or_404(visible, pk=pk)
