"""Enquiries in the librarians' admin: the queue, and each step as a question that is asked first."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, Step
from accounts.history import Change, Line
from accounts.models import User
from enquiries import services
from enquiries.models import Enquiry

State = Enquiry.State


class AnswerForm(forms.Form):
    """What the person will read."""

    text = forms.CharField(
        label="Your answer",
        widget=forms.Textarea(attrs={"rows": 14, "cols": 80}),
        help_text="It is sent by e-mail under the greeting “Hello …”, with your name and the question below it.",
    )


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 5, "cols": 80}))


class OptionalNoteForm(forms.Form):
    """A note for colleagues, or none."""

    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 80}))


class HandOverForm(OptionalNoteForm):
    """Who goes on."""

    field_order = ("to", "note")
    to = forms.ModelChoiceField(label="To", queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.librarians().order_by("name")  # type: ignore[attr-defined]


def answer(enquiries: Sequence[Enquiry], answers: Mapping[str, Any], by: User) -> str:
    """Send the answer."""
    enquiry = services.answer(enquiry=enquiries[0], text=answers["text"], by=by)
    return f"The answer to {enquiry.reference} is on its way to {enquiry.email}."


def add_note(enquiries: Sequence[Enquiry], answers: Mapping[str, Any], by: User) -> str:
    """Keep the note."""
    enquiry = services.add_note(enquiry=enquiries[0], text=answers["text"], by=by)
    return f"The note is kept with {enquiry.reference}."


def hand_over(enquiries: Sequence[Enquiry], answers: Mapping[str, Any], by: User) -> str:
    """Give them to the other librarian."""
    for enquiry in enquiries:
        services.hand_over(enquiry=enquiry, to=answers["to"], by=by, note=answers["note"])
    return f"{counted(enquiries)} now with {answers['to']}."


def close(enquiries: Sequence[Enquiry], answers: Mapping[str, Any], by: User) -> str:
    """Close them."""
    for enquiry in enquiries:
        services.close(enquiry=enquiry, by=by, note=answers["note"])
    return f"{counted(enquiries)} closed."


def reopen(enquiries: Sequence[Enquiry], answers: Mapping[str, Any], by: User) -> str:
    """Open them again."""
    for enquiry in enquiries:
        services.reopen(enquiry=enquiry, by=by)
    return f"{counted(enquiries)} open again."


def counted(enquiries: Sequence[Enquiry]) -> str:
    """Return the subject of a sentence about them."""
    return f"{enquiries[0].reference} is" if len(enquiries) == 1 else f"{len(enquiries)} enquiries are"


def is_not_closed(request: HttpRequest, enquiry: Enquiry) -> bool:
    """Whether anything is left to do."""
    return enquiry.state != State.CLOSED


def can_reopen(request: HttpRequest, enquiry: Enquiry) -> bool:
    """Whether it is closed and still says who asked."""
    return enquiry.state == State.CLOSED and enquiry.forgotten_at is None


STEPS = (
    Step(
        name="answer",
        label="Answer…",
        question="Answer the question",
        button="Send the answer",
        act=answer,
        beside="admin/enquiries/asked.html",
        refusals=(services.CannotDo,),
        form_class=AnswerForm,
        in_bulk=False,
        offered=is_not_closed,
    ),
    Step(
        name="hand-over",
        label="Hand over…",
        question="Hand over to another librarian?",
        button="Hand over",
        lead="They get an e-mail. The person who asked does not.",
        act=hand_over,
        refusals=(services.CannotDo,),
        form_class=HandOverForm,
        offered=is_not_closed,
    ),
    Step(
        name="note",
        label="Add a note…",
        question="Add an internal note",
        button="Keep the note",
        lead="Only librarians read it.",
        act=add_note,
        beside="admin/enquiries/asked.html",
        refusals=(services.CannotDo,),
        form_class=NoteForm,
        in_bulk=False,
    ),
    Step(
        name="close",
        label="Close…",
        question="Close?",
        button="Close",
        lead="Nothing is sent to the person who asked. Two years later name, address and question are deleted.",
        act=close,
        refusals=(services.CannotDo,),
        form_class=OptionalNoteForm,
        offered=is_not_closed,
    ),
    Step(
        name="reopen",
        label="Open again…",
        question="Open again?",
        button="Open again",
        act=reopen,
        refusals=(services.CannotDo,),
        offered=can_reopen,
    ),
)


# What waits for an answer, then what may come back, then what is done.
QUEUE_FIRST = Case(When(state=State.RECEIVED, then=0), When(state=State.ANSWERED, then=1), default=2)


class WhoseFilter(ConditionFilter):
    """Mine, and nobody's."""

    title = "librarian"
    parameter_name = "with"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """The two that a librarian looks for."""
        return [("me", "Me", Q(assigned_to=request.user.pk)), ("nobody", "Nobody yet", Q(assigned_to=None))]


@admin.register(Enquiry)
class EnquiryAdmin(PortalModelAdmin):
    """The queue: what waits longest stands on top."""

    list_display = ("reference", "reason", "excerpt", "state", "waiting", "assigned_to")
    list_filter = ("state", WhoseFilter, "reason")
    search_fields = ("reference", "name", "email", "question")
    search_help_text = "Search by reference, name, address or words of the question"
    list_select_related = ("assigned_to",)
    date_hierarchy = "created_at"
    ordering = (QUEUE_FIRST, "created_at", "pk")
    steps = STEPS
    fieldsets: ClassVar = (
        (None, {"fields": ("reference", "state", "reason", "question_text")}),
        ("Who asked", {"fields": ("name", "email_link", "person")}),
        ("What they were looking at", {"fields": ("item", "search_query", "page_link")}),
        ("What was done", {"fields": ("assigned_to", "created_at", "answered_at", "closed_at", "entries_text")}),
    )
    readonly_fields = (
        "reference", "state", "reason", "question_text", "name", "email_link", "person", "item", "search_query",
        "page_link", "assigned_to", "created_at", "answered_at", "closed_at", "entries_text",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enquiry]:
        """Fetch what the page of one enquiry shows."""
        return super().get_queryset(request).select_related("assigned_to", "person", "item")

    def get_history(self, record: Enquiry) -> list[Change]:
        """Every step, the latest first; the list on the page of the enquiry, in the way of all histories."""
        steps = [
            Change(entry.created_at, entry.by, False, (Line(entry.get_kind_display(), "", entry.text),))
            for entry in record.entries.select_related("by")
        ]
        return [*reversed(steps), Change(record.created_at, record.person, True, ())]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the enquiry without buttons that save: everything is done by steps."""
        hide = {"title": "Enquiry", "show_save": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**hide, **(extra_context or {})})

    @admin.display(description="question")
    def excerpt(self, enquiry: Enquiry) -> str:
        """How the question begins."""
        return Truncator(enquiry.question).chars(80) or "(deleted)"

    @admin.display(description="waiting for", ordering="created_at")
    def waiting(self, enquiry: Enquiry) -> str:
        """How long the person has waited, for the longest unit only."""
        return timesince(enquiry.created_at, depth=1) if enquiry.state == State.RECEIVED else "–"

    @admin.display(description="question")
    def question_text(self, enquiry: Enquiry) -> SafeString:
        """The question with its paragraphs."""
        return render_to_string("admin/enquiries/text.html", {"text": enquiry.question or "(deleted)"})

    @admin.display(description="e-mail address")
    def email_link(self, enquiry: Enquiry) -> SafeString | str:
        """The address, to write to."""
        return format_html('<a href="mailto:{0}">{0}</a>', enquiry.email) if enquiry.email else "(deleted)"

    @admin.display(description="came from the page")
    def page_link(self, enquiry: Enquiry) -> SafeString | str:
        """The page, to look at."""
        return format_html('<a href="{0}">{0}</a>', enquiry.from_page) if enquiry.from_page else "–"

    @admin.display(description="history")
    def entries_text(self, enquiry: Enquiry) -> SafeString:
        """Every step with who took it and when."""
        return render_to_string(
            "admin/enquiries/entries.html", {"entries": enquiry.entries.select_related("by"), "enquiry": enquiry}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Questions come through the form."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Enquiry | None = None) -> bool:
        """Questions are closed; who asked is deleted two years later."""
        return False
