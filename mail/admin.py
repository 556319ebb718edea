"""The outbox in the admin: what became of each message, and sending it again. Texts are not shown here."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from mail import services
from mail.models import Bounce, OutboxMessage, Suppression


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    """Every message with its state."""

    list_display = ("created_at", "subject", "to", "purpose", "state", "attempts", "last_error", "sent_at")
    list_display_links = ("subject",)
    list_filter = ("state", "purpose", "is_bulk", "created_at")
    search_fields = ("to", "subject", "message_id")
    ordering = ("-pk",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ("send_again",)
    fieldsets = (
        (None, {"fields": ("to", "subject", "from_email", "reply_to", "purpose", "message_id")}),
        ("What became of it", {"fields": ("state", "attempts", "ambiguous", "smtp_code", "last_error")}),
        ("When", {"fields": ("created_at", "not_before", "expires_at", "sent_at", "forgotten_at")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Messages are written by what they tell of."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboxMessage | None = None) -> bool:
        """A message is a record of what was sent."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxMessage | None = None) -> bool:
        """A message is a record of what was sent; its time comes by itself."""
        return False

    @admin.action(description="Send the selected messages again", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        """Put failed and kept messages back in line."""
        try:
            count = services.send_again(messages=queryset)
        except services.CannotSend as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        if count:
            self.message_user(request, f"{count} put back in line.", messages.SUCCESS)
        else:
            self.message_user(request, "None of these has failed or was kept: nothing to send again.", messages.WARNING)


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    """Addresses that are not written to; deleting one lets messages go there again."""

    list_display = ("address", "reason", "since")
    list_filter = ("reason",)
    search_fields = ("address",)
    fields = ("address", "reason")


@admin.register(Bounce)
class BounceAdmin(admin.ModelAdmin):
    """Addresses that refused our messages lately, and what their servers said."""

    list_display = ("address", "score", "last_on", "words")
    search_fields = ("address", "words")
    ordering = ("-score", "address")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refusals are counted, not written."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Bounce | None = None) -> bool:
        """A score is what was counted; deleting the row forgives it."""
        return False
