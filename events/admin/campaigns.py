"""Campaigns in the librarians' admin: built by hand or from last year's, and what came of them in numbers."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.admin_pages import DATE_WIDGET, NextPlaceFormSet, PortalModelAdmin, PortalTabularInline, Step
from accounts.models import User
from catalogue.services import NotReady
from events.models import Campaign, Pack, Week
from events.numbers import numbers_of
from events.services import campaigns


class WeekInline(PortalTabularInline):
    """The weeks, with names and days of their own."""

    model = Week
    fields = ("name", "phrase", "starts_on", "ends_on")
    extra = 0


class PackInline(PortalTabularInline):
    """What can be downloaded."""

    model = Pack
    formset = NextPlaceFormSet
    fields = ("position", "title", "file", "url")
    extra = 0


class CloneForm(forms.Form):
    """What is new in the new year."""

    year = forms.IntegerField(min_value=2000, max_value=2199)
    theme = forms.CharField(max_length=200, required=False)
    starts_on = forms.DateField(label="First day", widget=DATE_WIDGET)

    def __init__(self, *args: Any, records: Sequence[Campaign], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = records[0]
        self.initial.setdefault("year", campaign.year + 1)
        first = campaign.starts_on
        # A campaign never begins on the 29th of February in real life; the day after does where it would.
        day = min(first.day, 28) if first.month == 2 else first.day
        self.initial.setdefault("starts_on", datetime.date(first.year + 1, first.month, day))


def clone(records: Sequence[Campaign], answers: Mapping[str, Any], by: User) -> str:
    """Make next year's campaign of this one."""
    made = campaigns.clone(campaign=records[0], by=by, **answers)
    number = made.events.count()
    return f"{made} is in preparation, with {number} session{'' if number == 1 else 's'} as drafts."


def add_weeks(records: Sequence[Campaign], answers: Mapping[str, Any], by: User) -> str:
    """Add the four phrases as weeks."""
    number = campaigns.add_phrase_weeks(campaign=records[0], by=by)
    return f"{number} weeks are added. Change their names and days as you like."


def has_no_weeks(request: HttpRequest, campaign: Campaign) -> bool:
    """Offer the preset where there are no weeks yet."""
    return not campaign.weeks.exists()


CLONE = Step(
    name="clone",
    label="Clone for another year…",
    question="Clone the campaign?",
    button="Clone",
    lead="Weeks, downloads and sessions are copied and move by whole weeks. Sessions are drafts; bookings, pledges and"
    " links to join stay behind.",
    act=clone,
    refusals=(NotReady,),
    form_class=CloneForm,
    form_takes_records=True,
    in_bulk=False,
)
PHRASES = Step(
    name="phrases",
    label="Add the four phrases as weeks…",
    question="Add four weeks?",
    button="Add them",
    lead="From the first Monday on, called by the four phrases.",
    act=add_weeks,
    refusals=(NotReady,),
    in_bulk=False,
    offered=has_no_weeks,
)


@admin.register(Campaign)
class CampaignAdmin(PortalModelAdmin):
    """Campaigns: one row a year."""

    list_display = ("title", "theme", "starts_on", "ends_on", "is_shown", "updated_at")
    list_filter = ("is_shown",)
    search_fields = ("name", "theme", "slug")
    ordering = ("-starts_on",)
    prepopulated_fields = {"slug": ("name", "year")}
    steps = (CLONE, PHRASES)
    fieldsets = (
        ("What it is", {"fields": ("name", "year", "slug", "theme", "hashtag", "intro")}),
        ("When", {"fields": (("starts_on", "ends_on"),)}),
        ("What people can do", {"fields": ("takes_pledges", "takes_stories", "takes_proposals", "is_shown")}),
    )
    inlines = (WeekInline, PackInline)

    def get_urls(self) -> list[URLPattern]:
        """Add the numbers."""
        view = self.admin_site.admin_view(self.numbers_view)
        return [path("<path:object_id>/numbers/", view, name=self.url_name("numbers")), *super().get_urls()]

    def steps_for(self, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
        """Lead to the numbers too."""
        return [("What came of it", self.url("numbers", record.pk)), *super().steps_for(request, record)]

    def numbers_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a campaign in numbers."""
        campaign = self.get_object(request, object_id)
        if campaign is None or not self.has_view_permission(request, campaign):
            return self.not_there(request)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{campaign}: what came of it",
            "opts": self.opts,
            "campaign": campaign,
            "numbers": numbers_of(campaign),
        }
        return TemplateResponse(request, "admin/events/numbers.html", context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A campaign that was shown stays in the archive; one in preparation can go."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.is_shown)
