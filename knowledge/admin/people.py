"""Champions and communities of practice."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, Step
from accounts.history import Change, Own, changes, events_of
from accounts.models import User
from catalogue.services import NotReady
from knowledge.models import ChampionProfile, Community
from knowledge.services import champions

LINES = {"rows": 4, "class": "vLargeTextField"}


class NoteForm(forms.Form):
    """A line to the person."""

    note = forms.CharField(label="A line to them", max_length=500, required=False, widget=forms.Textarea(attrs=LINES))


class NeededNoteForm(forms.Form):
    """A line to the person, without which they would not know why."""

    note = forms.CharField(label="A line to them", max_length=500, widget=forms.Textarea(attrs=LINES))


def grant(records: Sequence[ChampionProfile], answers: Mapping[str, Any], by: User) -> str:
    """Make the person a champion."""
    champions.grant(profile=records[0], by=by, note=answers["note"])
    return f"{records[0].user} is a champion and has been told."


def decline(records: Sequence[ChampionProfile], answers: Mapping[str, Any], by: User) -> str:
    """Answer no."""
    champions.decline(profile=records[0], by=by, note=answers["note"])
    return "Declined. They have been told."


def end(records: Sequence[ChampionProfile], answers: Mapping[str, Any], by: User) -> str:
    """End their time as a champion."""
    champions.end(profile=records[0], by=by)
    return "Ended. What they contributed stays."


CHAMPION_STEPS = (
    Step(
        name="grant",
        label="Make a champion…",
        question="Make them a champion?",
        button="Make them a champion",
        act=grant,
        refusals=(NotReady,),
        form_class=NoteForm,
        in_bulk=False,
        offered=lambda request, profile: not profile.is_granted,
    ),
    Step(
        name="decline",
        label="Decline…",
        question="Why not?",
        button="Decline",
        act=decline,
        refusals=(NotReady,),
        form_class=NeededNoteForm,
        in_bulk=False,
        offered=lambda request, profile: not profile.is_granted and profile.declined_at is None,
    ),
    Step(
        name="end",
        label="End…",
        question="End their time as a champion?",
        button="End",
        act=end,
        refusals=(NotReady,),
        in_bulk=False,
        offered=lambda request, profile: profile.is_granted,
    ),
)


class AnswerFilter(ConditionFilter):
    """Who waits for an answer."""

    title = "answer"
    parameter_name = "answer"

    def conditions(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str, Q]]:
        """Return value, words and condition of every choice."""
        return [
            ("waiting", "Waiting", Q(granted_at=None, declined_at=None)),
            ("champions", "Champions", Q(granted_at__isnull=False, ended_at=None)),
            ("declined", "Declined", Q(declined_at__isnull=False)),
            ("ended", "Ended", Q(ended_at__isnull=False)),
        ]


@admin.register(ChampionProfile)
class ChampionAdmin(PortalModelAdmin):
    """People who asked to be champions, and champions. They write their profiles; librarians decide."""

    steps: ClassVar[Sequence[Step]] = CHAMPION_STEPS
    list_display = ("user", "organisation", "team", "asked_at", "granted_at")
    list_filter = (AnswerFilter, "topics")
    list_select_related = ("user__organisation",)
    search_fields = ("user__name", "user__email", "team", "region")
    ordering = ("-asked_at",)
    fields = ("user", "reason", "team", "region", "about", "is_listed", "asked_at", "granted_at", "buddy")
    readonly_fields = ("user", "reason", "team", "region", "about", "is_listed", "asked_at", "granted_at")
    autocomplete_fields = ("buddy",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People ask for themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A time as a champion ends; it is not deleted."""
        return False

    def get_history(self, record: Any) -> list[Change]:
        """What happened to the profile."""
        return changes(own=[Own(events_of(ChampionProfile).filter(pgh_obj=record.pk))])

    @admin.display(description="organisation")
    def organisation(self, profile: ChampionProfile) -> str:
        """Where they work."""
        return str(profile.user.organisation or "")


@admin.register(Community)
class CommunityAdmin(PortalModelAdmin):
    """Communities of practice."""

    list_display = ("name", "organisation", "next_meeting", "is_listed")
    list_filter = ("is_listed", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name", "purpose")
    ordering = ("name",)
    fields = (
        "name",
        "purpose",
        "topics",
        "organisation",
        "rhythm",
        "next_meeting",
        "where",
        "how_to_join",
        "is_listed",
    )
    autocomplete_fields = ("organisation", "topics")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Community]:
        """All of them, listed or not."""
        return Community.objects.order_by(*self.get_ordering(request))

    def get_history(self, record: Any) -> list[Change]:
        """What happened to it."""
        return changes(own=[Own(events_of(Community).filter(pgh_obj=record.pk))])
