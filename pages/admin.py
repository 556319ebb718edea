"""Editing the pages and the workstreams."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import GuardedModelAdmin, PortalTabularInline
from accounts.history import Change, Own, Rows, changes, events_of
from pages.models import Page, Workstream, WorkstreamPerson


@admin.register(Page)
class PageAdmin(GuardedModelAdmin):
    """The words of the portal. "View on site" shows the page to librarians before readers see it."""

    list_display = ("title", "slug", "is_shown", "in_footer", "position", "review_due", "updated_at")
    list_filter = ("is_shown", "in_footer")
    search_fields = ("title", "lead", "body")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (None, {"fields": ("title", "slug", "lead", "body", "live_part")}),
        ("Where it is shown", {"fields": ("is_shown", "in_footer", "position")}),
        ("Review", {"fields": ("reviewed_at", "review_due")}),
    )

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> dict[str, Sequence[str]]:
        """Write the address from the title of a new page alone: links rely on that of an old one."""
        return {} if obj else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> tuple[str, ...]:
        """Keep the address and the live part of a page that other pages rely on."""
        return ("slug", "live_part") if obj and obj.is_supplied else ()

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """Refuse to delete a supplied page: hide it instead."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_supplied)

    def get_history(self, record: Page) -> list[Change]:
        """Every change of the page's words and place."""
        return changes(own=[Own(events_of(Page).filter(pgh_obj=record.pk), leave_out=frozenset({"supplied_digest"}))])


class WorkstreamPersonInline(PortalTabularInline):
    """The lead and the champions of a workstream."""

    model = WorkstreamPerson
    extra = 0


@admin.register(Workstream)
class WorkstreamAdmin(GuardedModelAdmin):
    """The workstreams, with the people whom readers may turn to."""

    list_display = ("name", "is_ours", "position")
    inlines = (WorkstreamPersonInline,)

    def get_history(self, record: Workstream) -> list[Change]:
        """Every change of the workstream and of its people."""
        return changes(
            own=[Own(events_of(Workstream).filter(pgh_obj=record.pk), leave_out=frozenset({"is_supplied"}))],
            rows=[
                Rows(events_of(WorkstreamPerson).filter(workstream=record.pk), "Person", lambda row, word: word("name"))
            ],
        )
