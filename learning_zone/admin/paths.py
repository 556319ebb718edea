"""Paths in the librarians' admin."""

from django.contrib import admin

from accounts.admin_pages import GuardedModelAdmin, NextPlaceFormSet, PortalTabularInline
from learning_zone.models import Path, PathStep


class PathStepInline(PortalTabularInline):
    """What to do, in order. Readers see the steps that they may see."""

    model = PathStep
    formset = NextPlaceFormSet
    fields = ("position", "item", "note")
    autocomplete_fields = ("item",)
    extra = 1


@admin.register(Path)
class PathAdmin(GuardedModelAdmin):
    """Paths through learning."""

    list_display = ("title", "position", "is_listed", "updated_at")
    list_filter = ("is_listed",)
    search_fields = ("title",)
    prepopulated_fields = {"slug": ("title",)}
    fields = ("title", "slug", "summary", "position", "is_listed")
    inlines = (PathStepInline,)
