"""What people say, in the librarians' admin: read first, then shown or not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_pages import PortalModelAdmin, Step
from accounts.models import User
from catalogue.services import NotReady
from events.choices import Moderation, ProposalState
from events.models import Pledge, Proposal, Story
from events.services import voices


def moderate(moderation: Moderation, words: str) -> Callable[[Sequence[Any], Mapping[str, Any], User], str]:
    """Return what shows or hides what people sent in."""

    def act(records: Sequence[Any], answers: Mapping[str, Any], by: User) -> str:
        number = voices.moderate(voices=records, moderation=moderation, by=by)
        return f"{number} {words}."

    return act


def is_not(moderation: Moderation) -> Callable[[HttpRequest, Any], bool]:
    """Offer a step on what is not so already."""
    return lambda request, voice: voice.moderation != moderation


SHOW = Step(
    name="show",
    label="Show…",
    question="Show on the wall?",
    button="Show",
    lead="Has it nothing that identifies a patient, and nothing about a colleague that they would mind?",
    act=moderate(Moderation.SHOWN, "shown on the wall"),
    refusals=(NotReady,),
    offered=is_not(Moderation.SHOWN),
)
REFUSE = Step(
    name="refuse",
    label="Do not show…",
    question="Keep off the wall?",
    button="Do not show",
    lead="Nothing is sent to whoever wrote it.",
    act=moderate(Moderation.REFUSED, "kept off the wall"),
    refusals=(NotReady,),
    offered=is_not(Moderation.REFUSED),
)


class VoiceAdmin(PortalModelAdmin):
    """A wall's queue: what waits stands on top."""

    list_filter = ("moderation", "campaign")
    list_select_related = ("campaign",)
    ordering = ("-moderation", "created_at")
    steps: ClassVar[Sequence[Step]] = (SHOW, REFUSE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People write on the wall themselves."""
        return False


@admin.register(Pledge)
class PledgeAdmin(VoiceAdmin):
    """Pledges."""

    list_display = ("text", "by_words", "moderation", "progress", "campaign", "created_at")
    search_fields = ("text", "name", "organisation")
    fields = ("text", "name", "organisation", "moderation", "progress", "campaign", "created_at")
    readonly_fields = ("moderation", "campaign", "created_at")

    @admin.display(description="by")
    def by_words(self, pledge: Pledge) -> str:
        """Who says it."""
        return pledge.by_words


@admin.register(Story)
class StoryAdmin(VoiceAdmin):
    """What people did."""

    list_display = ("text", "by_words", "moderation", "campaign", "created_at")
    search_fields = ("text", "name", "organisation")
    fields = ("text", "name", "organisation", "picture_link", "picture_words", "moderation", "campaign", "created_at")
    readonly_fields = ("picture_link", "moderation", "campaign", "created_at")

    @admin.display(description="picture")
    def picture_link(self, story: Story) -> SafeString | str:
        """The picture, to look at before it is shown."""
        if not story.picture:
            return "–"
        url = reverse("events:picture", args=[story.campaign.slug, story.pk])
        return format_html('<a href="{}">See the picture</a>', url)

    @admin.display(description="by")
    def by_words(self, story: Story) -> str:
        """Who says it."""
        return story.by_words


class NoteForm(forms.Form):
    """Words that go with the answer."""

    note = forms.CharField(
        label="Your words to them",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


def accept(proposals: Sequence[Proposal], answers: Mapping[str, Any], by: User) -> str:
    """Make a draft event."""
    event = voices.accept(proposal=proposals[0], by=by, note=answers["note"])
    return f"“{event.title}” is a draft among the events. Give it a day and a time, then publish it."


def decline(proposals: Sequence[Proposal], answers: Mapping[str, Any], by: User) -> str:
    """Say no."""
    proposal = voices.decline(proposal=proposals[0], by=by, note=answers["note"])
    return f"{proposal.name} is told."


def waits(request: HttpRequest, proposal: Proposal) -> bool:
    """Offer the steps while nobody has decided."""
    return proposal.state == ProposalState.WAITING


@admin.register(Proposal)
class ProposalAdmin(PortalModelAdmin):
    """Proposed sessions."""

    list_display = ("title", "organisation", "name", "state", "campaign", "created_at")
    list_filter = ("state", "campaign")
    list_select_related = ("campaign",)
    search_fields = ("title", "organisation", "name")
    ordering = ("-state", "created_at")
    steps = (
        Step(
            name="accept",
            label="Accept…",
            question="Accept the session?",
            button="Accept",
            lead="A draft event is made with these words, and whoever proposed it gets an e-mail.",
            act=accept,
            refusals=(NotReady,),
            form_class=NoteForm,
            in_bulk=False,
            offered=waits,
        ),
        Step(
            name="decline",
            label="Decline…",
            question="Decline the session?",
            button="Decline",
            lead="Whoever proposed it gets an e-mail with your words.",
            act=decline,
            refusals=(NotReady,),
            form_class=NoteForm,
            in_bulk=False,
            offered=waits,
        ),
    )
    fields = (
        "title", "summary", "gains", "mode", "when", "speakers", "name", "organisation", "email", "campaign", "state",
        "answer", "event_link", "created_at",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description="event")
    def event_link(self, proposal: Proposal) -> SafeString | str:
        """The draft that was made of it."""
        if proposal.event_id is None:
            return "–"
        url = reverse("admin:events_event_change", args=[proposal.event_id])
        return format_html('<a href="{}">{}</a>', url, proposal.title)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions are proposed by the form."""
        return False
