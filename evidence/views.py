"""A record's page, its entry for reference managers and its attachment."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_safe

from catalogue.addresses import search_url
from catalogue.choices import Status
from catalogue.keeping import kept_for_visitors
from evidence.citation import to_ris
from evidence.citation.ris import CONTENT_TYPE as RIS_TYPE
from evidence.models import Attachment, Evidence
from evidence.page import evidence_context


@require_safe
def evidence_list(request: HttpRequest) -> HttpResponse:
    """The list of evidence is the search with its kind fixed."""
    return redirect(search_url(kind="evidence"))


@require_safe
@kept_for_visitors
def detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one record; a wrong slug leads to the right one. Of a withdrawn record only title, reason and date are shown."""
    record = get_object_or_404(Evidence.objects.for_page().visible_to(request.user), pk=pk)
    if slug != record.slug:
        return redirect(record, permanent=True)
    if record.status == Status.WITHDRAWN:
        return render(request, "evidence/withdrawn.html", {"record": record})
    return render(request, "evidence/detail.html", evidence_context(record, request.user))


@require_safe
def ris(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Send the record for a reference manager; 404 for a withdrawn one."""
    record = readable(request, pk)
    if slug != record.slug:
        return redirect("evidence:ris", pk=record.pk, slug=record.slug, permanent=True)
    entry = to_ris(record, topics=[topic.name for topic in record.topics.all()])
    response = HttpResponse(entry, content_type=f"{RIS_TYPE}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{record.slug}.ris"'
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def attachment(request: HttpRequest, pk: int, slug: str) -> HttpResponse | FileResponse:
    """Send the record's file, always as a download; 404 where there is none or the record may not be read."""
    record = readable(request, pk)
    found = get_object_or_404(Attachment, evidence=record)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(
        content, as_attachment=True, filename=get_valid_filename(found.name), content_type=found.content_type
    )
    response["X-Robots-Tag"] = "noindex"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def readable(request: HttpRequest, pk: int) -> Evidence:
    """Return the record that this person may read in full; raises Http404 otherwise."""
    visible = Evidence.objects.visible_to(request.user).exclude(status=Status.WITHDRAWN)
    # taggit's manager, which the stubs do not take for a relation.
    return get_object_or_404(visible.prefetch_related("topics"), pk=pk)  # type: ignore[misc]
