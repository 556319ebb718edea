"""Learning resources in the librarians' admin, and the overview of what needs care."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.admin_pages import CheckboxesField, NextPlaceFormSet, PortalModelAdmin, PortalTabularInline
from accounts.history import Own, Rows, events_of
from catalogue.admin import ItemAdmin, ItemForm
from catalogue.admin.filters import ReviewFilter, TopicFilter, TypeFilter
from catalogue.admin.steps import REVIEW_STEPS
from catalogue.techniques import all_techniques
from learning_zone.admin.filters import CareFilter
from learning_zone.choices import Need
from learning_zone.models import Chapter, CourseRun, LearningResource, Step
from learning_zone.overview import overview
from learning_zone.services.resources import after_edit

TEXT = {"widget": Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}


def technique_choices() -> list[tuple[str, str]]:
    """Return no technique, and each that there is."""
    return [("", "None"), *((one.key, one.name) for one in all_techniques().values())]


class LearningResourceForm(ItemForm):
    """The form of a resource."""

    technique = forms.ChoiceField(
        label="Technique it teaches",
        choices=technique_choices,
        required=False,
        help_text="The page of the technique then leads to it.",
    )
    needs = CheckboxesField(label="On the shelf for library staff, under", choices=Need.choices, required=False)


class CourseRunInline(PortalTabularInline):
    """When a course is held."""

    model = CourseRun
    stands_after = "Use"
    fields = ("starts_at", "ends_at", "place", "booking_url", "booking_by", "is_full", "is_cancelled")
    extra = 1


class StepInline(PortalTabularInline):
    """The steps of a programme."""

    model = Step
    formset = NextPlaceFormSet
    stands_after = "Use"
    fields = ("position", "title", "minutes", "url")
    extra = 1


class ChapterInline(PortalTabularInline):
    """The chapters of a recording."""

    model = Chapter
    stands_after = "Use"
    fields = ("seconds", "title")
    extra = 1


@admin.register(LearningResource)
class LearningResourceAdmin(ItemAdmin):
    """Learning resources, in the order in which a librarian works: what it is, how to get in, for whom."""

    form = LearningResourceForm
    change_list_template = "admin/learning_zone/resource_change_list.html"
    list_display = (
        "title", "type_words", "state_words", "provider", "minutes_number", "level", "access", "expires_on", "review_words",
        "updated_on",
    )  # fmt: skip
    list_filter = (
        CareFilter, ReviewFilter, "status", TypeFilter, TopicFilter, "level", "cost", "access", "visibility",
    )  # fmt: skip
    search_fields = ("title", "provider", "series")
    search_help_text = "Search by title, provider or series"
    inlines = (CourseRunInline, StepInline, ChapterInline)
    steps = REVIEW_STEPS
    readonly_fields = ("created_at", "updated_at", "withdrawn_reason", "superseded_by")
    formfield_overrides: Mapping[type[models.Field], Mapping[str, Any]] = {  # type: ignore[misc]  # the two bases disagree about it
        **PortalModelAdmin.formfield_overrides,
        models.TextField: TEXT,
    }
    fieldsets = (
        (
            "What it is",
            {"fields": ("form", "title", "summary", "outcomes", "provider", ("series", "series_position"), "year")},
        ),
        (
            "What it takes",
            {
                "fields": (
                    ("minutes", "cpd_minutes"), ("level", "format"), "prerequisites", ("cost", "access"),
                    "access_note", "has_certificate", "language",
                )
            },
        ),
        (
            "Where it is",
            {
                "fields": (
                    "url", "embed_url", "video", "has_captions", "transcript", "accessibility_note", "recorded_on",
                    "expires_on",
                )
            },
        ),
        (
            "Use",
            {
                "fields": (
                    "topics", "technique", "phrases", "audience", "setting", "needs", "visibility", "organisation",
                    ("published_at", "embargo_until"),
                )
            },
        ),
        ("Care", {"fields": ("owner", ("reviewed_at", "review_due"), "created_at", "updated_at")}),
    )  # fmt: skip

    @admin.display(description="minutes", ordering="minutes")
    def minutes_number(self, resource: LearningResource) -> int | None:
        """How long it takes, under a short heading."""
        return resource.minutes

    def get_urls(self) -> list[URLPattern]:
        """Add the overview."""
        view = self.admin_site.admin_view(self.overview_view)
        return [path("overview/", view, name=self.url_name("overview")), *super().get_urls()]

    def overview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what needs care and what is used most, in counts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Learning: what needs care",
            "opts": self.opts,
            "checks_links": settings.CHECK_LINKS,
            "overview": overview(request.user),  # type: ignore[arg-type]  # signed in, by admin_view
        }
        return TemplateResponse(request, "admin/learning_zone/overview.html", context)

    def after_save(self, item: Any) -> None:
        """Bring search in step and let a new address be checked."""
        after_edit(resource=item)

    def own_history(self, record: Any) -> list[Own]:
        """The events of the resource's own table."""
        return [Own(events_of(LearningResource).filter(pgh_obj=record.pk))]

    def rows_history(self, record: Any) -> list[Rows]:
        """The events of dates, steps and chapters."""
        hidden = frozenset({"resource"})
        return [
            Rows(
                events_of(CourseRun).filter(resource=record.pk),
                "Date",
                lambda row, word: word("starts_at"),
                leave_out=hidden,
            ),
            Rows(events_of(Step).filter(resource=record.pk), "Step", lambda row, word: word("title"), leave_out=hidden),
            Rows(
                events_of(Chapter).filter(resource=record.pk),
                "Chapter",
                lambda row, word: word("title"),
                leave_out=hidden,
            ),
        ]
