"""Techniques: an edit makes a new version; what was written with older ones keeps them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_pages import CheckboxesField, LinesField, PortalModelAdmin
from accounts.history import Change, Own, changes, events_of
from knowledge.models import TechniqueTemplate
from knowledge.promptlines import as_lines, from_lines
from knowledge.questions import EVENTS
from knowledge.services.techniques import WORDS, revise

FIELDS = (
    "name", "position", "phase", "time_needed", "people", "purpose", "use_when", "steps", "tips", "questions", "covers", "caution",
    "default_visibility",
)  # fmt: skip


class TechniqueForm(forms.ModelForm):
    """A technique with its steps and questions one a line."""

    steps = LinesField(most_lines=20, longest_line=300, help_text="One a line.")
    tips = LinesField(required=False, most_lines=20, longest_line=300, help_text="One a line.")
    questions = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text="One a line: key: question | help. A * after the key says that it must be answered.",
    )

    covers = CheckboxesField(
        label="Common questions that these answer already",
        choices=[(question.key, question.prompt) for question in EVENTS],
        required=False,
        help_text="Writers are not asked these again.",
    )

    class Meta:
        model = TechniqueTemplate
        fields = ("key", *(name for name in FIELDS if name != "questions"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["questions"] = as_lines(self.instance.prompts)

    def clean_questions(self) -> str:
        """Read the questions. Raises ValidationError naming the line that cannot be read."""
        text: str = self.cleaned_data["questions"]
        self.instance.prompts = from_lines(text)
        return text


@admin.register(TechniqueTemplate)
class TechniqueAdmin(PortalModelAdmin):
    """The current version of each technique."""

    form = TechniqueForm
    list_display = ("name", "phase", "time_needed", "version")
    list_filter = ("phase",)
    search_fields = ("name", "purpose")
    ordering = ("position", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TechniqueTemplate]:
        """Only current versions: older ones belong to what was written with them."""
        return TechniqueTemplate.objects.current()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The key is chosen once: it is part of the technique's address."""
        return FIELDS if obj else ("key", *FIELDS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was written with a technique keeps it."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make a new version of one that is there."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        words = {name: getattr(obj, name) for name in WORDS}
        made = revise(technique=obj, words=words, by=request.user)  # type: ignore[arg-type]
        # The admin goes on with the object it holds: it becomes the version that was made.
        obj.pk, obj.version, obj.is_current = made.pk, made.version, True

    def get_history(self, record: Any) -> list[Change]:
        """What happened to all its versions."""
        versions = TechniqueTemplate.objects.filter(key=record.key).values("pk")
        return changes(own=[Own(events_of(TechniqueTemplate).filter(pgh_obj__in=versions))])
