"""Checked links in the librarians' admin: to look at. They are put right on the resource's own page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_pages import PortalModelAdmin
from learning_zone.models import LearningResource, LinkCheck


@admin.register(LinkCheck)
class LinkCheckAdmin(PortalModelAdmin):
    """What the link checker found."""

    list_display = ("resource_link", "verdict", "note", "status_code", "moved_to", "failures", "checked_at")
    list_display_links = None
    list_filter = ("verdict",)
    list_select_related = ("resource",)
    search_fields = ("url", "resource__title")
    ordering = ("-failures", "-checked_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkCheck]:
        """Only links of what this person may change."""
        editable = LearningResource.objects.editable_by(request.user)
        return super().get_queryset(request).filter(resource__in=editable)

    @admin.display(description="resource", ordering="resource__title")
    def resource_link(self, check: LinkCheck) -> SafeString:
        """The resource, leading to its form."""
        url = reverse("admin:learning_zone_learningresource_change", args=[check.resource_id])
        return format_html('<a href="{}">{}</a>', url, check.resource.title)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Links are found on the resources."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        """What was found stays as it was found."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        """A link goes with its resource."""
        return False
