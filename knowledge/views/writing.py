"""Writing up part by part: the task list, one page a part, saving while typing, preview, conflict, sending."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalogue import relations
from catalogue.attachments import RefusedFile
from catalogue.models import Item, Relation
from catalogue.services import EditConflict, NotReady
from design.dates import time_in_words
from design.markdown import render_markdown
from knowledge.forms.contributing import AttachmentForm, LinkForm, PromiseForm
from knowledge.forms.parts import FORMS_OF_PARTS, AnswersForm
from knowledge.identifiers import find_in
from knowledge.linkable import linkable
from knowledge.models import KnowHow
from knowledge.questions import Part, answer_to, is_part_done, missing_from, part_of, parts_of, texts_of
from knowledge.services import agreeing, attaching, contributing
from knowledge.views.contributing import said
from knowledge.views.requests import SignedInRequest, whole_number
from knowledge.warned import shown_as


def editable(request: SignedInRequest, pk: int) -> KnowHow:
    """Return the contribution that this person may change; raises Http404 otherwise."""
    mine = KnowHow.objects.visible_to(request.user).editable_by(request.user)
    return get_object_or_404(mine.select_related("technique", "owner"), pk=pk)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def write(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the task list. Posting asks the author of what a librarian wrote up to agree."""
    knowhow = editable(request, pk)
    error = ""
    if request.method == "POST":
        try:
            agreeing.ask_to_agree(knowhow=knowhow, by=request.user)
        except NotReady as refused:
            error = str(refused)
        else:
            said(request, f"We have asked {knowhow.owner} to agree. It is sent once they do.")
            return redirect("knowledge:mine")
    tasks: list[dict[str, Any]] = [{"part": part, "done": is_part_done(knowhow, part)} for part in parts_of(knowhow)]
    needed = [task for task in tasks if not task["part"].is_optional]
    context = {
        "knowhow": knowhow,
        "tasks": tasks,
        "done": sum(task["done"] for task in needed),
        "needed": len(needed),
        "next": next((task["part"] for task in tasks if not task["done"]), None),
        "files": knowhow.attachments.count(),
        "links": Relation.objects.filter(from_item=knowhow).count(),
        "is_mine": knowhow.owner_id == request.user.pk,
        "error": error,
    }
    return render(request, "knowledge/write.html", context, status=422 if error else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def write_part(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Ask one part, and save it: on the button, or while the person types (htmx)."""
    knowhow = editable(request, pk)
    part = part_of(knowhow, name)
    if part is None:
        return redirect("knowledge:write", pk=pk)
    form = FORMS_OF_PARTS.get(name, AnswersForm)(request.POST or None, knowhow=knowhow, part=part)
    if request.method == "POST" and "_preview" in request.POST:
        return preview(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            knowhow = save(form, request)
        except EditConflict:
            return conflict(request, form)
        except NotReady as refused:
            form.add_error("colleagues" if "colleagues" in form.fields else None, str(refused))
        else:
            return saved(request, knowhow) if request.htmx else redirect(after(knowhow, part))
    if request.htmx:
        return render(request, "knowledge/save_state.html", {"problem": first_error(form)})
    return render(request, "knowledge/part.html", part_context(form), status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show all answers with a way to change each, what is missing and what could identify somebody; then send."""
    knowhow = editable(request, pk)
    form = PromiseForm(request.POST or None)
    conflict_met = False
    if request.method == "POST" and form.is_valid():
        try:
            contributing.submit(
                knowhow=knowhow, version=whole_number(request.POST.get("version")), by=request.user, has_promised=True
            )
        except NotReady as refused:
            form.add_error(None, str(refused))
        except EditConflict:
            conflict_met = True
            form.add_error(None, "This was changed on another page while you read it. Check it again, then send it.")
        else:
            return redirect("knowledge:thanks", pk=pk)
    context = {
        "knowhow": knowhow,
        "form": form,
        "parts": [(part, [(q, answer_to(knowhow, q)) for q in part.questions]) for part in parts_of(knowhow)],
        "missing": missing_from(knowhow),
        "is_mine": knowhow.owner_id == request.user.pk,
        **shown_as(find_in(texts_of(knowhow))),
    }
    return render(request, "knowledge/check.html", context, status=409 if conflict_met else 422 if form.errors else 200)


@login_required
@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the author work on what waits for the library team."""
    knowhow = get_object_or_404(KnowHow.objects.told_by(request.user).visible_to(request.user), pk=pk)
    try:
        contributing.take_back(knowhow=knowhow, by=request.user)
    except NotReady as refused:
        return render(request, "knowledge/refused.html", {"sentence": str(refused)}, status=422)
    return redirect("knowledge:write", pk=pk)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def files(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the files of a contribution; add one, or take one away."""
    knowhow = editable(request, pk)
    removing = "remove" in request.POST
    form = AttachmentForm(*(() if removing or request.method == "GET" else (request.POST, request.FILES)))
    if removing:
        attachment = get_object_or_404(knowhow.attachments, pk=whole_number(request.POST["remove"]))
        attaching.detach(attachment=attachment, by=request.user)
        return redirect("knowledge:files", pk=pk)
    if form.is_bound and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            attaching.attach(
                knowhow=knowhow,
                by=request.user,
                name=upload.name,
                content=upload.read(),
                description=form.cleaned_data["description"],
            )
        except (RefusedFile, NotReady) as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("knowledge:files", pk=pk)
    context = {"knowhow": knowhow, "form": form, "files": knowhow.attachments.all()}
    return render(request, "knowledge/files.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def links(request: SignedInRequest, pk: int) -> HttpResponse:
    """Find something in the portal that belongs with a contribution, and propose the link."""
    knowhow = editable(request, pk)
    words = request.GET.get("words", "")
    error = ""
    if request.method == "POST":
        try:
            change_link(request, knowhow)
        except NotReady as refused:
            error = str(refused)
        else:
            return redirect("knowledge:links", pk=pk)
    context = {
        "knowhow": knowhow,
        "links": relations.shown_to(request.user, knowhow, with_proposed=True),
        "words": words,
        "found": linkable(words=words, reader=request.user, besides=knowhow.pk),
        "kinds": LinkForm.base_fields["kind"].choices,  # type: ignore[attr-defined]
        "error": error,
    }
    return render(request, "knowledge/links.html", context, status=422 if error else 200)


def change_link(request: SignedInRequest, knowhow: KnowHow) -> None:
    """Propose the link that was chosen, or take one away. Raises NotReady with a sentence."""
    if "remove" in request.POST:
        relation = get_object_or_404(Relation, pk=whole_number(request.POST["remove"]), from_item=knowhow)
        relations.remove(relation=relation, by=request.user)
        return
    form = LinkForm(request.POST)
    if not form.is_valid():
        raise NotReady("Choose what to link, and how the two belong together.")
    other = get_object_or_404(Item.objects.listed_to(request.user), pk=form.cleaned_data["item"])
    relations.propose(from_item=knowhow, to_item=other, kind=form.cleaned_data["kind"], by=request.user)


def save(form: AnswersForm, request: SignedInRequest) -> KnowHow:
    """Save what the form holds over the version it was opened with. Raises EditConflict or NotReady."""
    return contributing.save_part(
        knowhow=form.knowhow, version=form.cleaned_data["version"], by=request.user, **form.changes()
    )


def saved(request: SignedInRequest, knowhow: KnowHow) -> HttpResponse:
    """Say that it is saved, and hand the page the version to save over next."""
    words = f"Saved at {time_in_words(timezone.now())}"
    return render(request, "knowledge/save_state.html", {"words": words, "version": knowhow.version})


def conflict(request: SignedInRequest, form: AnswersForm) -> HttpResponse:
    """Show both texts. The form keeps this person's, and saving it once more is their decision."""
    if request.htmx:
        words = "Not saved: this was changed on another page or device. Press “Save and continue” to see both."
        return render(request, "knowledge/save_state.html", {"problem": words})
    stored = KnowHow.objects.visible_to(request.user).select_related("technique").get(pk=form.knowhow.pk)
    data = QueryDict(mutable=True)
    data.update(request.POST)
    data["version"] = str(stored.version)
    form.data = data
    theirs = [
        (question.prompt, answer_to(stored, question))
        for question in form.part.questions
        if answer_to(stored, question) != form.cleaned_data.get(question.key)
    ]
    return render(
        request, "knowledge/part.html", {**part_context(form), "conflict": True, "theirs": theirs}, status=409
    )


def preview(request: SignedInRequest, form: AnswersForm) -> HttpResponse:
    """Show how the texts will look: in place with htmx, else on the same page above the form."""
    form.is_valid()
    texts = [
        (q.prompt, render_markdown(str(form.cleaned_data.get(q.key, "")), top_heading=4)) for q in form.part.questions
    ]
    shown = {"preview": [(prompt, html) for prompt, html in texts if html.strip()], "has_preview": True}
    if request.htmx:
        return render(request, "knowledge/preview.html", shown)
    return render(request, "knowledge/part.html", {**part_context(form), **shown})


def part_context(form: AnswersForm) -> dict[str, Any]:
    """Return what the page of a part shows."""
    names = [part.name for part in parts_of(form.knowhow)]
    place = names.index(form.part.name)
    return {
        "form": form,
        "knowhow": form.knowhow,
        "part": form.part,
        "number": place + 1,
        "total": len(names),
        "back": reverse("knowledge:part", args=[form.knowhow.pk, names[place - 1]]) if place else "",
    }


def after(knowhow: KnowHow, part: Part) -> str:
    """Return the address of the next part that is not done, or of the check; an edit from the check leads back to it."""
    parts = parts_of(knowhow)
    place = [one.name for one in parts].index(part.name)
    for following in parts[place + 1 :]:
        if not is_part_done(knowhow, following):
            return reverse("knowledge:part", args=[knowhow.pk, following.name])
    return reverse("knowledge:check", args=[knowhow.pk])


def first_error(form: AnswersForm) -> str:
    """Return the first thing that keeps the form from being saved."""
    return next((f"Not saved: {message}" for errors in form.errors.values() for message in errors), "")
