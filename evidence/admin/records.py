"""Evidence in the librarians' admin."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

from accounts.admin_pages import PortalStackedInline
from accounts.admin_pages.pages import form_error_links
from accounts.history import Own, Rows, events_of
from accounts.models import User
from catalogue.admin import ItemAdmin
from catalogue.admin.filters import CuratorFilter, ReviewFilter, StandingFilter, TopicFilter, TypeFilter
from catalogue.admin.steps import REVIEW_STEPS
from evidence import services
from evidence.admin.adding import IdentifierForm
from evidence.admin.filters import MissingFilter
from evidence.admin.forms import AppraisalForm, AttachmentForm, AttachmentFormSet, EvidenceForm
from evidence.admin.importing import ImportFilter
from evidence.admin.steps import DELETE_DRAFTS, PUBLISH
from evidence.appraisal import READING_AID
from evidence.identifiers import normalise_doi, normalise_pmid
from evidence.models import Appraisal, Attachment, Evidence


class AppraisalInline(PortalStackedInline):
    """Who rated it, with which tool, when. The newest one that counts decides the band."""

    model = Appraisal
    form = AppraisalForm
    stands_after = "Quality"
    extra = 1
    ordering = ("-appraised_on", "-pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "tool",
                    "result",
                    "band",
                    "note",
                    ("appraiser", "appraised_on"),
                    "tool_version",
                    "is_approved",
                )
            },
        ),
    )


class AttachmentInline(PortalStackedInline):
    """The record's file."""

    model = Attachment
    form = AttachmentForm
    formset = AttachmentFormSet
    stands_after = "Use"
    fields = ("purpose", "file", "name")
    extra = 1
    verbose_name = "file"
    verbose_name_plural = "file: a local guideline, an audit, the library's own summary"


@admin.register(Evidence)
class EvidenceAdmin(ItemAdmin):
    """Evidence records, in the order in which a librarian works: what it is, what it says, how good it is, for whom."""

    form = EvidenceForm
    change_form_template = "admin/evidence/evidence_change_form.html"
    change_list_template = "admin/evidence/evidence_change_list.html"
    list_display = (
        "title", "type_words", "standing_words", "state_words", "publication_words", "year", "review_words", "curator",
        "updated_on",
    )  # fmt: skip
    list_filter = (
        ReviewFilter, "status", TypeFilter, StandingFilter, TopicFilter, "publication_status", "visibility",
        "is_retracted", CuratorFilter, MissingFilter, ImportFilter,
    )  # fmt: skip
    list_select_related = ("organisation", "curator")
    search_fields = ("title", "authors", "doi", "pmid")
    search_help_text = "Search by title, author, DOI or PMID"
    inlines = (AppraisalInline, AttachmentInline)
    steps = (PUBLISH, *REVIEW_STEPS, DELETE_DRAFTS)
    readonly_fields = ("band_words", "created_at", "updated_at", "withdrawn_reason", "superseded_by")

    fieldsets = (
        (
            "What it is",
            {
                "fields": (
                    "form", "title", "authors", ("year", "published_on"), "publication_status", "source",
                    "publisher", ("volume", "issue", "pages"), "edition", ("doi", "pmid"), ("isbn", "issn"), "url",
                    "is_open_access", "licence", ("language", "country_scope"),
                )
            },
        ),
        ("What it says", {"fields": ("summary", "key_points", "does_not_tell", "limitations", "abstract", "keywords")}),
        (
            "What it studied",
            {
                "fields": (
                    "question_type", "question", "population", "intervention", "outcomes",
                    ("sample_size", "included_studies"),
                )
            },
        ),
        (
            "Quality",
            {
                "fields": (
                    "band_words", "band_override", "band_reason", "is_retracted", "retraction_note", "funder",
                    "conflicts",
                )
            },
        ),
        (
            "Use",
            {
                "fields": (
                    "topics", "phrases", "audience", "setting", "visibility", "organisation",
                    ("published_at", "embargo_until"),
                )
            },
        ),
        (
            "How it was searched",
            {
                "classes": ("collapse",),
                "description": "For the library's own summaries and for syntheses.",
                "fields": ("searched_on", "sources_searched", "search_strategy"),
            },
        ),
        ("Care", {"fields": ("curator", "owner", ("reviewed_at", "review_due"), "created_at", "updated_at")}),
    )  # fmt: skip

    # --- Lists ---

    @admin.display(description="publication status", ordering="publication_status")
    def publication_words(self, record: Evidence) -> str:
        """Who stood behind it when it came out."""
        return record.get_publication_status_display()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Evidence], search_term: str
    ) -> tuple[QuerySet[Evidence], bool]:
        """Find a pasted DOI or PMID in any spelling, else words."""
        doi, pmid = normalise_doi(search_term), normalise_pmid(search_term)
        if doi or pmid:
            found = queryset.filter(doi=doi) if doi else queryset.filter(pmid=pmid)
            if found.exists():
                return found, False
        return super().get_search_results(request, queryset, search_term)

    # --- Adding ---

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for an identifier first; then show the form, or the record that is here already."""
        asked = any(name in request.GET for name in ("doi", "pmid", "isbn", "no_identifier"))
        if request.method == "POST" or asked or not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        form = IdentifierForm(request.GET if "identifier" in request.GET else None)
        twin = None
        if form.is_bound and form.is_valid():
            twin = self._twin(form.found)
            if twin is None:
                return HttpResponseRedirect(f"{request.path}?{urlencode(form.found)}")
        context = {
            **self.admin_site.each_context(request),
            "title": "Add evidence",
            "opts": self.opts,
            "form": form,
            "error_links": form_error_links(form),
            "twin": twin,
            "twin_is_open": twin is not None and self.get_queryset(request).filter(pk=twin.pk).exists(),
        }
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/evidence/identifier.html", context, status=status)

    def _twin(self, found: dict[str, str]) -> Evidence | None:
        if "isbn" in found:
            return Evidence.objects.filter(**found).first()
        return Evidence.objects.duplicates_of(**found).first()  # type: ignore[arg-type]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the identifier that was asked for, and with the person as curator."""
        known = {name: request.GET[name] for name in ("doi", "pmid", "isbn") if name in request.GET}
        return {**known, "curator": request.user.pk}

    # --- The form ---

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer librarians as curators."""
        if db_field.name == "curator":
            kwargs["queryset"] = User.objects.librarians().order_by("name", "email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Evidence | None = None) -> Any:
        """Show what a withdrawn or superseded record says about itself."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None:
            fieldsets = [(name, _with_suggestions(options)) for name, options in fieldsets]
        told = [name for name in ("withdrawn_reason", "superseded_by") if obj is not None and getattr(obj, name)]
        return [("What became of it", {"fields": told}), *fieldsets] if told else fieldsets

    @admin.display(description="Band")
    def band_words(self, record: Evidence) -> str:
        """The band and why it is this one."""
        context = {"record": record, "deciding": record.deciding_appraisal if record.pk else None, "aid": READING_AID}
        return render_to_string("admin/evidence/band.html", context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show the records that look like the same source, as far as this person may open them."""
        form: EvidenceForm = context["adminform"].form
        twins = [(twin, twin in self.get_queryset(request)) for twin in form.duplicates]
        context |= {"twins": twins, "may_save_twin": bool(twins) and form.has_error("__all__")}
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    def after_save(self, item: Evidence) -> None:
        """Bring band, search and topic pages in step."""
        services.after_edit(evidence=item)

    # --- History ---

    def own_history(self, record: Evidence) -> Sequence[Own]:
        """The record's own columns."""
        return [Own(events_of(Evidence).filter(pgh_obj=record.pk), leave_out=frozenset({"item_ptr"}))]

    def rows_history(self, record: Evidence) -> Sequence[Rows]:
        """Its appraisals and its file."""
        return [
            Rows(
                events_of(Appraisal).filter(evidence=record.pk),
                "Appraisal",
                lambda row, word: f"{word('tool')}, {word('appraiser')}, {word('appraised_on')}",
                leave_out=frozenset({"evidence"}),
            ),
            Rows(
                events_of(Attachment).filter(evidence=record.pk),
                "File",
                lambda row, word: word("name"),
                leave_out=frozenset({"evidence", "file", "sha256", "added_at"}),
            ),
        ]


def _with_suggestions(options: Any) -> Any:
    """Put the suggested topics below the topics: a record that is not saved yet has no text to look in."""
    fields = list(options["fields"])
    if "topics" not in fields:
        return options
    place = fields.index("topics") + 1
    return {**options, "fields": (*fields[:place], "suggested_topics", *fields[place:])}
