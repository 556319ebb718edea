"""Importing files of references in the librarians' admin: upload, look, confirm, follow, see what became of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.admin_pages import PortalModelAdmin
from accounts.admin_pages.pages import form_error_links
from accounts.models import User
from evidence.importing import page, services
from evidence.importing.decoding import MEGABYTE, FileRefused
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.models import Evidence

ROWS_ON_A_PAGE = 25
RECENT_IMPORTS = 10


class UploadForm(forms.Form):
    """A file of references."""

    file = forms.FileField(
        label="File of references",
        allow_empty_file=True,
        error_messages={"required": "Choose the file to import."},
        help_text="RIS or PubMed (.nbib). Reference managers and databases export both.",
    )

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is empty or too large before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            services.refuse_upload_size(file.size or 0)
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


@admin.register(ImportBatch)
class ImportBatchAdmin(PortalModelAdmin):
    """Imported files. Nothing of one is edited by hand: it is looked at, confirmed or discarded."""

    list_display = (
        "file_name", "state_words", "record_count", "created_words", "duplicate_count", "rejected_count",
        "uploaded_by", "created_at",
    )  # fmt: skip
    list_filter = ("state", "created_at")
    list_select_related = ("uploaded_by", "job")
    search_fields = ("file_name",)
    search_help_text = "Search by the name of the file"
    change_list_template = "admin/evidence/import_list.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was imported stays written down."""
        return False

    # --- Addresses ---

    def get_urls(self) -> list[URLPattern]:
        """Add what is done to one import."""
        pages: list[tuple[str, Callable[..., HttpResponse]]] = [
            ("confirm", self.confirm_view),
            ("discard", self.discard_view),
            ("rejects", self.rejects_view),
        ]
        return [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=self.url_name(name))
            for name, view in pages
        ] + super().get_urls()

    @admin.display(description="state", ordering="state")
    def state_words(self, batch: ImportBatch) -> str:
        """How far it has got."""
        return batch.state_words

    @admin.display(description="created", ordering="created_count")
    def created_words(self, batch: ImportBatch) -> str:
        """How many drafts were made; before the file is confirmed, and once it is discarded, that none was."""
        foreseen = batch.state in {batch.State.RECEIVED, batch.State.CHECKED, batch.State.DISCARDED}
        return f"none ({batch.created_count} foreseen)" if foreseen else str(batch.created_count)

    # --- Pages ---

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the file, read it, and show what importing it would do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            file: UploadedFile = form.cleaned_data["file"]
            try:
                batch = services.receive_file(
                    file_name=file.name or "unnamed",
                    content=file.read(),
                    by=request.user,  # type: ignore[arg-type]
                )
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
            else:
                return HttpResponseRedirect(batch.job.get_absolute_url() if batch.job else self.url("change", batch.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a file of references",
            "opts": self.opts,
            "form": form,
            "error_links": form_error_links(form),
            "limit": f"{services.upload_limit() // MEGABYTE} MB",
            "media": self.media,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/evidence/import_upload.html", context, status=status)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what importing the file would do, or did, a list for each outcome."""
        batch = self._batch(request, object_id)
        if batch is None:
            return self._gone(request)
        listed = page.parts(batch)
        default = next((part for part in listed if part.count), listed[0])
        part = next((part for part in listed if part.outcome == request.GET.get("show")), default)
        rows = Paginator(batch.records.filter(outcome=part.outcome).order_by("index"), ROWS_ON_A_PAGE)
        shown = rows.get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": batch.file_name,
            "opts": self.opts,
            "batch": batch,
            "parts": listed,
            "part": part,
            "page": shown,
            "records": page.shown(list(shown), batch=batch, reader=request.user),
            "before": ImportBatch.objects.imported_before(batch).first(),
            "media": self.media,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/evidence/import_batch.html", context)

    def confirm_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start the import, and go to the page that shows how far it has got."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        batch = self._batch(request, object_id, to_change=True)
        if batch is None:
            return self._gone(request)
        try:
            job = services.confirm_batch(batch=batch, by=_person(request))
        except FileRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(self.url("change", batch.pk))
        return HttpResponseRedirect(job.get_absolute_url())

    def discard_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put the file away without importing it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        batch = self._batch(request, object_id, to_change=True)
        if batch is None:
            return self._gone(request)
        try:
            services.discard_batch(batch=batch, by=_person(request))
        except FileRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(self.url("change", batch.pk))
        self.message_user(request, f"{batch.file_name} was discarded. Nothing was imported.", messages.SUCCESS)
        return HttpResponseRedirect(self.url("changelist"))

    def rejects_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the rejected records as a file, each with its reason."""
        batch = self._batch(request, object_id)
        if batch is None:
            return self._gone(request)
        stem = batch.file_name.rsplit(".", 1)[0]
        response = HttpResponse(page.rejects_as_text(batch), content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{stem}-not-imported.txt', safe='')}"
        return response

    def _gone(self, request: HttpRequest) -> HttpResponse:
        self.message_user(request, "This import is not there, or no longer.", messages.WARNING)
        return HttpResponseRedirect(self.url("changelist"))

    def _batch(self, request: HttpRequest, object_id: str, *, to_change: bool = False) -> ImportBatch | None:
        """Return the import of that key, or None; raise PermissionDenied where the person may not see or change it."""
        batch: ImportBatch | None = self.get_object(request, unquote(object_id))
        may = self.has_change_permission if to_change else self.has_view_or_change_permission
        if not may(request, batch):
            raise PermissionDenied
        return batch


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


class ImportFilter(admin.SimpleListFilter):
    """Records that one of the latest imports made."""

    title = "import"
    parameter_name = "import"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The latest imports that made something, and the chosen one."""
        # Before a file is confirmed its counts say what would be made.
        began = (ImportBatch.State.IMPORTING, ImportBatch.State.STOPPED, ImportBatch.State.DONE)
        made = ImportBatch.objects.filter(created_count__gt=0, state__in=began).order_by("-created_at")
        latest = list(made.values_list("pk", "file_name")[:RECENT_IMPORTS])
        chosen = request.GET.get(self.parameter_name, "")
        if chosen.isdecimal() and int(chosen) not in dict(latest):
            latest += made.filter(pk=int(chosen)).values_list("pk", "file_name")
        return [(str(pk), file_name) for pk, file_name in latest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        """Narrow the list."""
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return queryset
        rows = ImportedRecord.objects.filter(batch=int(chosen), outcome="created", is_settled=True)
        return queryset.filter(pk__in=rows.values("evidence"))
