"""What a person records of their own learning. Everything here is their own: an entry of somebody else is a 404."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.services import NotReady
from learning_zone.choices import RecordState
from learning_zone.forms import DoneForm, OwnEntryForm, first_values, values_of
from learning_zone.log import Log, Period, gather
from learning_zone.log.writing import HEADINGS, as_csv, as_json, as_pdf, row_of
from learning_zone.models import LearningRecord
from learning_zone.services import recording
from learning_zone.views.reading import readable
from learning_zone.views.requests import SignedInRequest


@never_cache
@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """Show what the person saved, started and did, and the sums of a period."""
    own = LearningRecord.objects.of(request.user).select_related("item")
    log = asked_log(request)
    context = {
        "log": log,
        "entries": list(reversed(log.entries)),
        "open": own.open(),
        "others": own.done().count() - len(log.entries),
        "endings": ENDINGS,
    }
    return render(request, "learning_zone/mine.html", context)


@login_required
@require_POST
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save a resource for later, or start it."""
    resource = readable(request, pk)
    if request.POST.get("state") == RecordState.STARTED:
        recording.start(resource=resource, by=request.user)
        messages.success(request, "Started. It is in My learning.")
    else:
        recording.save_for_later(resource=resource, by=request.user)
        messages.success(request, "Saved for later. It is in My learning.")
    return redirect(resource)


@login_required
@require_POST
def steps(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep which steps of a programme the person has done."""
    resource = readable(request, pk)
    ticked = [int(value) for value in request.POST.getlist("step") if value.isdecimal() and len(value) < 18]
    recording.set_steps(resource=resource, done=ticked, by=request.user)
    messages.success(request, "Your progress is saved.")
    return redirect(resource)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def done(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that the person did a resource, with what comes of it."""
    resource = readable(request, pk)
    form = DoneForm(request.POST or None, initial=first_values(resource))
    if request.method == "POST" and form.is_valid():
        try:
            record = recording.complete(resource=resource, by=request.user, **form.answers())
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("learning_zone:recorded", pk=record.pk)
    context = {"form": form, "resource": resource}
    return render(request, "learning_zone/done.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def recorded(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that it is recorded, and ask to share what was learned."""
    record = get_object_or_404(LearningRecord.objects.of(request.user).done().select_related("item"), pk=pk)
    return render(request, "learning_zone/recorded.html", {"record": record})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Record something that was done elsewhere."""
    form = OwnEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recording.add_own(by=request.user, **form.answers())
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Added to your record.")
            return redirect("learning_zone:mine")
    return render(request, "learning_zone/entry.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change an entry that is done."""
    record = get_object_or_404(LearningRecord.objects.of(request.user).done(), pk=pk)
    form = OwnEntryForm(request.POST or None, initial=values_of(record))
    if request.method == "POST" and form.is_valid():
        try:
            recording.change(record=record, by=request.user, **form.answers())
        except NotReady as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Your record is changed.")
            return redirect("learning_zone:mine")
    context = {"form": form, "record": record}
    return render(request, "learning_zone/entry.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then take an entry away for good."""
    record = get_object_or_404(LearningRecord.objects.of(request.user), pk=pk)
    if request.method == "POST":
        recording.remove(record=record, by=request.user)
        messages.success(request, "Removed from your record.")
        return redirect("learning_zone:mine")
    return render(request, "learning_zone/remove.html", {"record": record})


@never_cache
@login_required
@require_safe
def log_page(request: SignedInRequest) -> HttpResponse:
    """Show the record of a period as one sheet to print."""
    log = asked_log(request)
    context = {"log": log, "headings": HEADINGS, "rows": [row_of(entry) for entry in log.entries]}
    return render(request, "learning_zone/log.html", context)


# The files that are offered, with the words of their links.
ENDINGS = (("pdf", "PDF"), ("csv", "Table (CSV)"), ("json", "Data (JSON)"))
# Ending of the address → content type and what writes it.
FILES: dict[str, tuple[str, Callable[[Log], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "json": ("application/json", as_json),
    "pdf": ("application/pdf", as_pdf),
}


@never_cache
@login_required
@require_safe
def log_file(request: SignedInRequest, ending: str) -> HttpResponse:
    """Send the record of a period as a file."""
    log = asked_log(request)
    content_type, write = FILES[ending]
    response = HttpResponse(write(log), content_type=content_type)
    name = f"learning-record-{log.period.first.isoformat()}-to-{log.period.last.isoformat()}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def asked_log(request: SignedInRequest) -> Log:
    """Return the person's record of the period in the address."""
    period = Period.from_address(request.GET.get("from", ""), request.GET.get("to", ""))
    return gather(request.user, period)
