"""Events in the librarians' admin."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.db.models import F, Q, QuerySet
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin_pages import ConditionFilter, NextPlaceFormSet, PortalModelAdmin, PortalTabularInline, Step
from accounts.history import Own, events_of
from accounts.models import User
from catalogue.admin import ItemAdmin
from catalogue.admin.filters import TopicFilter, TypeFilter
from catalogue.admin.steps import REVIEW_STEPS
from catalogue.choices import Status
from catalogue.services import NotReady
from design.dates import moment_in_words
from events.admin.attendance import as_csv
from events.admin.forms import CallOffForm, EventForm, RecordingForm
from events.choices import CARD, BookingWay, Running
from events.models import Event, Material, Session, Speaker, Week
from events.services import editing, recording
from events.services.reminding import record_attendance
from events.words import when_in_words

TEXT = {"widget": Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}


class WhenFilter(ConditionFilter):
    """Coming, past, or at any time."""

    title = "when"
    parameter_name = "when"

    def conditions(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str, Q]]:
        """What a librarian looks for."""
        now = timezone.now()
        return [
            ("coming", "Still to come", Q(ends_at__gte=now)),
            ("past", "Past", Q(ends_at__lt=now)),
            ("no-recording", "Past, without a recording", Q(ends_at__lt=now, recording=None)),
            ("cards", "Activity cards", Q(form=CARD)),
            ("no-date", "No date yet", Q(starts_at=None) & ~Q(form=CARD)),
        ]


class SessionInline(PortalTabularInline):
    """The days of an event that happens on several."""

    model = Session
    stands_after = "When and where"
    fields = ("title", "starts_at", "ends_at")
    extra = 0


class SpeakerInline(PortalTabularInline):
    """Who speaks."""

    model = Speaker
    stands_after = "What it is"
    fields = ("name", "role", "email", "person")
    autocomplete_fields = ("person",)
    extra = 1


class MaterialInline(PortalTabularInline):
    """What can be downloaded."""

    model = Material
    formset = NextPlaceFormSet
    stands_after = "Use"
    fields = ("position", "title", "file", "url")
    extra = 0


def call_off(running: Running) -> Any:
    """Return what postpones or cancels one event."""

    def act(events: Sequence[Event], answers: Mapping[str, Any], by: User) -> str:
        event = editing.call_off(event=events[0], running=running, note=answers["note"], by=by)
        number = event.bookings.to_tell().count()
        told = f" {number} {'person is' if number == 1 else 'people are'} being told." if number else ""
        return f"“{event.title}” is {event.get_running_display().lower()}.{told}"

    return act


def takes_place(request: HttpRequest, event: Event) -> bool:
    """Offer the step on what is going ahead and not over."""
    return event.running == Running.ON and event.starts_at is not None and not event.is_over


def may_be_cancelled(request: HttpRequest, event: Event) -> bool:
    """Offer the step on what is not cancelled and not over."""
    return event.running != Running.CANCELLED and event.starts_at is not None and not event.is_over


POSTPONE = Step(
    name="postpone",
    label="Postpone…",
    question="Postpone the event?",
    button="Postpone",
    lead="Everybody who booked is told. Bookings stand. A new time in the form takes it up again and tells them.",
    act=call_off(Running.POSTPONED),
    refusals=(NotReady,),
    form_class=CallOffForm,
    in_bulk=False,
    offered=takes_place,
)
CANCEL = Step(
    name="call-off",
    label="Cancel the event…",
    question="Cancel the event?",
    button="Cancel the event",
    lead="Everybody who booked is told, and calendars take it out. Its page stays and says so.",
    act=call_off(Running.CANCELLED),
    refusals=(NotReady,),
    form_class=CallOffForm,
    in_bulk=False,
    offered=may_be_cancelled,
)


def keep_recording(events: Sequence[Event], answers: Mapping[str, Any], by: User) -> str:
    """Make a recorded webinar of the session."""
    made = recording.keep_recording(event=events[0], by=by, **answers)
    return f"“{made.title}” is in the Learning Zone, on the same topics."


def may_be_recorded(request: HttpRequest, event: Event) -> bool:
    """Offer the step on a session that has begun and has no recording yet."""
    return event.has_started and event.recording_id is None and event.status == Status.PUBLISHED


RECORDING = Step(
    name="recording",
    label="Make it a recorded webinar…",
    question="Keep the recording?",
    button="Keep it",
    lead="It becomes a recorded webinar in the Learning Zone, with the topics of the session, and the session stays in lists.",
    act=keep_recording,
    refusals=(NotReady,),
    form_class=RecordingForm,
    form_takes_records=True,
    in_bulk=False,
    offered=may_be_recorded,
)


@admin.register(Event)
class EventAdmin(ItemAdmin):
    """Events, in the order in which an organiser works: what it is, when and where, how to book, for whom."""

    form = EventForm
    list_display = (
        "title", "type_words", "when_words", "state_words", "campaign", "places_words", "updated_on",
    )  # fmt: skip
    list_filter = (WhenFilter, "campaign", "status", TypeFilter, "mode", "booking", TopicFilter, "visibility")
    list_select_related: ClassVar[tuple[str, ...]] = ("organisation", "campaign")
    search_fields = ("title", "series", "speakers__name")
    search_help_text = "Search by title, series or speaker"
    ordering: ClassVar[tuple[Any, ...]] = (F("starts_at").desc(nulls_last=True), "-updated_at")
    inlines = (SpeakerInline, SessionInline, MaterialInline)
    steps = (RECORDING, POSTPONE, CANCEL, *REVIEW_STEPS)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("organisation", "owner", "campaign", "leads_to")
    readonly_fields = ("created_at", "updated_at", "running", "running_note", "recording", "withdrawn_reason")
    formfield_overrides: Mapping[type[models.Field], Mapping[str, Any]] = {  # type: ignore[misc]  # the two bases disagree about it
        **PortalModelAdmin.formfield_overrides,
        models.TextField: TEXT,
    }
    fieldsets = (
        ("What it is", {"fields": ("form", "title", "summary", "gains", ("series", "series_position"))}),
        (
            "When and where",
            {
                "fields": (
                    ("starts_at", "ends_at"), "mode", "place", "join_url", "join_note", ("campaign", "week"),
                    ("running", "running_note"),
                )
            },
        ),
        (
            "Booking",
            {"fields": ("booking", "booking_url", "capacity", ("opens_at", "closes_at"), "takes_guests")},
        ),
        (
            "Activity card",
            {"fields": (("minutes", "company"), "what_to_do", ("leads_to", "technique"))},
        ),
        (
            "Use",
            {
                "fields": (
                    "topics", "phrases", "audience", "setting", "visibility", "organisation",
                    ("published_at", "embargo_until"), "recording",
                )
            },
        ),
        ("Care", {"fields": ("owner", ("reviewed_at", "review_due"), "created_at", "updated_at")}),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """Add the list of who comes, and its table."""
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/attendance/", wrap(self.attendance_view), name=self.url_name("attendance")),
            path("<path:object_id>/bookings.csv", wrap(self.bookings_file), name=self.url_name("bookings-file")),
            *super().get_urls(),
        ]

    def steps_for(self, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
        """Lead to the list of who comes too."""
        steps = super().steps_for(request, record)
        if record.booking != BookingWay.HERE:
            return steps
        return [("Who comes", self.url("attendance", record.pk)), *steps]

    def attendance_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show who booked, and keep who came."""
        event = self.get_object(request, object_id)
        if event is None or not self.has_change_permission(request, event):
            return self.not_there(request)
        rows = list(event.bookings.booked().select_related("person", "person__organisation"))
        if request.method == "POST":
            ticked = {int(key) for key in request.POST.getlist("came") if key.isdecimal() and len(key) < 18}
            away = {row.pk for row in rows} - ticked
            number = record_attendance(event=event, came=ticked, away=away, by=request.user)  # type: ignore[arg-type]
            self.message_user(request, f"{number} of {len(rows)} came.", messages.SUCCESS)
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Who comes: {event.title}",
            "opts": self.opts,
            "event": event,
            "when": when_in_words(event),
            "rows": rows,
            "waiting": list(event.bookings.waiting().select_related("person")),
            "file_url": self.url("bookings-file", event.pk),
            "change_url": self.url("change", event.pk),
        }
        return TemplateResponse(request, "admin/events/attendance.html", context)

    def bookings_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the bookings as a table."""
        event = self.get_object(request, object_id)
        if event is None or not self.has_change_permission(request, event):
            return self.not_there(request)
        response = HttpResponse(as_csv(event), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{event.slug}-bookings.csv"'
        return response

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what this person may change, with the numbers of places."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.with_places()  # type: ignore[attr-defined, no-any-return]  # the queryset of events

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the weeks of the latest campaign first; each says whose it is."""
        if db_field.name == "week":
            weeks = Week.objects.select_related("campaign")
            kwargs["queryset"] = weeks.order_by("-campaign__starts_on", "starts_on")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note how the event was before, so that calendars and those who booked learn what has changed."""
        obj.before_edit = editing.snapshot(obj) if change else None
        super().save_model(request, obj, form, change)

    def after_save(self, item: Any) -> None:
        """Let follow what follows."""
        editing.after_edit(event=item, before=item.before_edit)

    def own_history(self, record: Any) -> list[Own]:
        """The events of the event's own table."""
        return [Own(events_of(Event).filter(pgh_obj=record.pk))]

    @admin.display(description="when", ordering="starts_at")
    def when_words(self, event: Event) -> str:
        """The start, and whether it takes place; of a card how long it takes."""
        if event.is_card:
            return event.get_minutes_display() or ""
        words = moment_in_words(event.starts_at)
        return words if event.running == Running.ON else f"{words}: {event.get_running_display().lower()}"

    @admin.display(description="places")
    def places_words(self, event: Any) -> str:
        """How many places are taken of how many, and how many people wait."""
        if event.booking != BookingWay.HERE:
            return ""
        words = f"{event.taken} of {event.capacity}" if event.capacity else str(event.taken)
        return f"{words}, {event.waiting} waiting" if event.waiting else words
