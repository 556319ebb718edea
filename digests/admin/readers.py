"""Readers and their mails. What somebody follows is theirs: it is not shown here."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import PortalModelAdmin, Step
from accounts.models import User
from digests.choices import DigestState
from digests.models import Digest, Subscriber
from digests.services import following, releasing
from digests.services.releasing import CannotDo


def stop(subscribers: Sequence[Subscriber], answers: Mapping[str, Any], by: User) -> str:
    """Stop all mail to them."""
    for subscriber in subscribers:
        following.stop(subscriber=subscriber, frequency=subscriber.frequency)
    return "No more updates go to them, those on their way included."


def send_again(digests: Sequence[Digest], answers: Mapping[str, Any], by: User) -> str:
    """Send one mail again."""
    releasing.send_again(digest=digests[0], by=by)
    return "It is on its way once more."


class ReadOnlyAdmin(PortalModelAdmin):
    """Rows that only steps change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They come from elsewhere."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They go by themselves."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All."""
        return [str(name) for name in self.fields or ()]


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    """Who gets updates and how often."""

    list_display = ("address", "frequency", "paused_until", "stopped_at", "created_at")
    list_filter = ("frequency",)
    list_select_related = ("user",)
    search_fields = ("guest_email", "user__email")
    search_help_text = "Search by address"
    fields = ("address", "frequency", "local_hour", "time_zone", "paused_until", "stopped_at", "created_at")
    steps: ClassVar = (
        Step(
            name="stop",
            label="Stop…",
            question="Stop all updates to this address?",
            button="Stop them",
            lead="As somebody asks who cannot use the link in the mail. They can start again at any time.",
            act=stop,
            offered=lambda request, subscriber: subscriber.stopped_at is None,
        ),
    )


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """What became of each mail."""

    list_display = ("subscriber", "run", "state", "number", "total", "settled_at")
    list_filter = ("state", "run__frequency")
    list_select_related = ("run", "subscriber__user")
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("subscriber__guest_email", "subscriber__user__email", "run__period")
    search_help_text = "Search by address or period, as in 2026-W48"
    fields = ("run", "subscriber", "copy", "state", "number", "total", "not_before", "settled_at")
    ordering = ("-pk",)
    steps: ClassVar = (
        Step(
            name="send-again",
            label="Send again…",
            question="Send this mail again?",
            button="Send it again",
            lead="As it was chosen then, with what its reader may see now, whether or not the first one arrived.",
            act=send_again,
            refusals=(CannotDo,),
            in_bulk=False,
            offered=lambda request, digest: digest.state in {DigestState.SENT, DigestState.UNSENT},
        ),
    )

    @admin.display(description="items")
    def number(self, digest: Digest) -> int:
        """How many items it holds."""
        return len(digest.announcements)
