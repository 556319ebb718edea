"""Notes of the library team: written before the update that takes them along is put together, or on its own page."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from accounts.admin_pages import ConditionFilter, PortalModelAdmin
from digests.choices import Frequency
from digests.models import Note


class NoteForm(forms.ModelForm):
    """What is written and which update takes it along."""

    # Which run a note belongs to needs no choice here, so that one must be made.
    frequency = forms.ChoiceField(
        label="With the next update",
        choices=Frequency,
        initial=Frequency.WEEKLY,
        help_text=Note._meta.get_field("frequency").help_text,
    )

    class Meta:
        error_messages: ClassVar = {"text": {"required": "Write a few words."}}


class PlaceFilter(ConditionFilter):
    """Whether a note still waits."""

    title = "where it is"
    parameter_name = "where"

    def conditions(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str, Q]]:
        """Waiting, or with a run."""
        return [("waiting", "Waits for the next update", Q(run=None)), ("went", "Went with one", ~Q(run=None))]


@admin.register(Note)
class NoteAdmin(PortalModelAdmin):
    """Notes, those that wait on top. What went with an update is kept as it was read."""

    form = NoteForm
    list_display = ("__str__", "goes_with", "topic", "written_by")
    list_filter = (PlaceFilter,)
    list_select_related = ("run", "topic", "written_by")
    fields = ("text", "frequency", "topic")
    autocomplete_fields = ("topic",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        """Those that wait first, then the latest."""
        return super().get_queryset(request).order_by(F("run").desc(nulls_first=True), "-pk")

    def has_change_permission(self, request: HttpRequest, obj: Note | None = None) -> bool:
        """Only what nobody has read yet."""
        return super().has_change_permission(request, obj) and (obj is None or obj.run_id is None)

    def has_delete_permission(self, request: HttpRequest, obj: Note | None = None) -> bool:
        """As above."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.run_id is None)

    def save_model(self, request: HttpRequest, obj: Note, form: Any, change: bool) -> None:
        """Note who wrote it. A change leaves alone which run took it along meanwhile."""
        if change:
            obj.save(update_fields=["text", "frequency", "topic"])
            return
        obj.written_by = request.user  # type: ignore[assignment]  # whoever gets here is signed in
        super().save_model(request, obj, form, change)

    def response_post_save_add(self, request: HttpRequest, obj: Note) -> HttpResponseRedirect:
        """Go back to where it was asked for."""
        return HttpResponseRedirect(reverse("admin:digests_run_overview"))

    def response_post_save_change(self, request: HttpRequest, obj: Note) -> HttpResponseRedirect:
        """As above."""
        return self.response_post_save_add(request, obj)

    @admin.display(description="goes with")
    def goes_with(self, note: Note) -> str:
        """Which update."""
        return str(note.run) if note.run else f"the next update: {note.get_frequency_display().lower()}"
