"""One list over all kinds: to look something up, and to choose what replaces a record. Each opens in its kind's form."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.admin_pages import PortalModelAdmin
from catalogue import kinds
from catalogue.choices import Status
from catalogue.map.choices import MapChoices, Rows
from catalogue.map.presenting import evidence_map
from catalogue.models import Item


@admin.register(Item)
class EverythingAdmin(PortalModelAdmin):
    """All items, of every kind."""

    list_display = ("title", "kind", "type_words", "state_words", "updated_at")
    list_filter = ("kind", "status", "visibility")
    search_fields = ("title",)
    search_help_text = "Search by words of the title"
    ordering = ("-updated_at",)

    def get_urls(self) -> list[URLPattern]:
        """Add the gaps."""
        return [
            path("gaps/", self.admin_site.admin_view(self.gaps_view), name=self.url_name("gaps")),
            *super().get_urls(),
        ]

    def gaps_view(self, request: HttpRequest) -> HttpResponse:
        """Show the gaps of every topic as work: what waits for appraisal first, then each sort of gap."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = evidence_map(MapChoices(rows=Rows.EVERY), request.user)  # type: ignore[arg-type]  # signed in, by admin_view
        waiting = sorted((row for row in found.rows if row.unchecked), key=lambda row: -row.unchecked)
        context = {
            **self.admin_site.each_context(request),
            "title": "Gaps on the evidence map",
            "opts": self.opts,
            "gaps": found.gaps,
            "waiting": waiting,
        }
        return TemplateResponse(request, "admin/catalogue/gaps.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        """What this person may read."""
        return Item.objects.visible_to(request.user).order_by(*self.get_ordering(request))  # type: ignore[arg-type]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        """Offer only published items where one is being chosen."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if "field_name" in request.GET:
            found = found.filter(status=Status.PUBLISHED)
        return found, may_repeat

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Go to the form of the item's own kind."""
        item = self.get_object(request, object_id or "")
        if item is None:
            return self.not_there(request)
        model = kinds.get(item.kind).model
        if not self.admin_site.is_registered(model):
            return HttpResponseRedirect(item.get_absolute_url())
        name = f"{self.admin_site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[item.pk]))

    @admin.display(description="type", ordering="form")
    def type_words(self, item: Item) -> str:
        """The type as readers see it."""
        return item.form_label

    @admin.display(description="status", ordering="status")
    def state_words(self, item: Item) -> str:
        """The status, scheduled included."""
        return item.state_label

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Items are made in the form of their kind."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """Items are changed in the form of their kind."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """Records are archived or withdrawn."""
        return False
