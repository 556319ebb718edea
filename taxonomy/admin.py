"""Topics and ambiguous abbreviations in the librarians' admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.admin_pages import (
    ChooseMany,
    ChooseOne,
    ConditionFilter,
    PortalModelAdmin,
    PortalStackedInline,
    PortalTabularInline,
)
from accounts.history import Change, Own, Rows, changes, events_of
from taxonomy.forms import TopicField
from taxonomy.models import Abbreviation, EntryTerm, Meaning, Topic, TopicEdge
from taxonomy.names import name_key
from taxonomy.services import lock_hierarchy, refuse_cycle, set_broader

BROADER = TopicEdge._meta.get_field("broader")


class TopicForm(forms.ModelForm):
    """A topic with its place in the hierarchy: one main broader topic for the trail, and any number of others."""

    main_broader = forms.ModelChoiceField(
        label="Main broader topic",
        queryset=Topic.objects.active(),
        required=False,
        widget=ChooseOne(BROADER, admin.site),
        help_text="Shown in the trail above the topic's page. Leave empty for a topic at the top.",
    )
    other_broader = TopicField(
        label="Other broader topics",
        required=False,
        widget=ChooseMany(BROADER, admin.site),
        help_text="The topic counts under these too.",
    )

    class Meta:
        model = Topic
        fields = ("name", "scope_note", "key_message", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic: Topic = self.instance
        broader = list(Topic.objects.parents_of(topic)) if topic.pk else []
        self.stored_broader = broader
        self.initial.setdefault("main_broader", broader[0].pk if broader else None)
        self.initial.setdefault("other_broader", [parent.pk for parent in broader[1:]])
        for name in ("main_broader", "other_broader"):
            # A retired broader topic stays chosen until somebody takes it away.
            self.fields[name].queryset = Topic.objects.filter(  # type: ignore[attr-defined]
                Q(status=Topic.Status.ACTIVE) | Q(pk__in=[parent.pk for parent in broader])
            )
        if "status" in self.fields:
            self.fields["status"].choices = [  # type: ignore[attr-defined]
                choice for choice in Topic.Status.choices if choice[0] != Topic.Status.MERGED
            ]

    @property
    def broader(self) -> list[Topic]:
        """The broader topics as chosen, the main one first."""
        main = self.cleaned_data.get("main_broader")
        others = self.cleaned_data.get("other_broader") or ()
        return list(dict.fromkeys([*([main] if main else []), *others]))

    def clean(self) -> dict[str, Any]:
        """Refuse a cycle, and other broader topics without a main one."""
        cleaned = super().clean() or self.cleaned_data
        if self.cleaned_data.get("other_broader") and not self.cleaned_data.get("main_broader"):
            self.add_error("main_broader", "Choose the main broader topic: the trail needs one.")
        if self.instance.pk:
            # Held until the save is over, so that nobody moves a topic between this check and the change.
            lock_hierarchy()
            for name in ("main_broader", "other_broader"):
                chosen = self.cleaned_data.get(name)
                try:
                    refuse_cycle(topic=self.instance, broader=[chosen] if isinstance(chosen, Topic) else chosen or ())
                except ValidationError as cycle:
                    self.add_error(name, cycle)
        return cleaned


class EntryTermFormSet(BaseInlineFormSet):
    """Other names of a topic, no two of them the same name."""

    def clean(self) -> None:
        """Refuse two terms that differ by case, spacing or hyphens alone."""
        super().clean()
        seen: dict[str, str] = {}
        for form in self.forms:
            text = (getattr(form, "cleaned_data", None) or {}).get("text", "")
            if not text or form.cleaned_data.get("DELETE"):
                continue
            earlier = seen.setdefault(name_key(text), text)
            if earlier is not text:
                form.add_error("text", f"“{text}” is the same name as “{earlier}”. Keep one of them.")
            elif name_key(text) == name_key(self.instance.name or ""):
                form.add_error("text", f"“{text}” is the topic's own name. Other names only.")


class EntryTermForm(forms.ModelForm):
    """One other name."""

    class Meta:
        model = EntryTerm
        fields = ("text",)
        labels = {"text": "Name"}


class EntryTermInline(PortalTabularInline):
    """Synonyms, American spellings, abbreviations and older names."""

    model = EntryTerm
    form = EntryTermForm
    formset = EntryTermFormSet
    extra = 2
    verbose_name = "other name"
    verbose_name_plural = "other names that lead here"


class UseFilter(ConditionFilter):
    """How many items carry the topic itself."""

    title = "items"
    # Not "items": the template asks the parameters for their items.
    parameter_name = "uses"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """None, one, more; `TopicAdmin.get_queryset` has counted."""
        return [
            ("none", "No items", Q(use_number=0)),
            ("one", "One item", Q(use_number=1)),
            ("more", "More than one", Q(use_number__gt=1)),
        ]


@admin.register(Topic)
class TopicAdmin(PortalModelAdmin):
    """The one list of topics."""

    form = TopicForm
    list_display = ("name", "broader_names", "status", "use_count", "term_count", "has_scope_note")
    list_filter = ("status", UseFilter, ("scope_note", admin.EmptyFieldListFilter))
    search_fields = ("name", "entry_terms__text")
    search_help_text = "Search by name or other name"
    ordering = ("name",)
    inlines = (EntryTermInline,)
    readonly_fields = ("slug", "used_on", "part_of_it")

    def get_fieldsets(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        """Ask for the words first, then for the place in the hierarchy."""
        words = ["name", "scope_note", "key_message", "status"]
        if obj is not None and obj.status == Topic.Status.MERGED:
            words.remove("status")
        place = ["main_broader", "other_broader"]
        return [
            (None, {"fields": words}),
            ("Where it belongs", {"fields": place if obj is None else [*place, "part_of_it"]}),
            *([] if obj is None else [("Where it is used", {"fields": ["used_on", "slug"]})]),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        """Count uses and terms with the list, each by itself: joined, they would multiply."""
        return (
            super()
            .get_queryset(request)
            .prefetch_related("broader")
            .annotate(
                use_number=_count(Topic._meta.get_field("uses").related_model, "tag"),
                term_number=_count(EntryTerm, "topic"),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Topic], search_term: str
    ) -> tuple[QuerySet[Topic], bool]:
        """Offer only topics in use where a topic is being chosen."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if "field_name" in request.GET:
            found = found.filter(status=Topic.Status.ACTIVE)
        return found, may_repeat

    @admin.display(description="part of")
    def broader_names(self, topic: Topic) -> str:
        """The broader topics."""
        return ", ".join(parent.name for parent in topic.broader.all())

    @admin.display(description="items", ordering="use_number")
    def use_count(self, topic: Any) -> int:
        """How many items carry the topic itself."""
        return topic.use_number

    @admin.display(description="other names", ordering="term_number")
    def term_count(self, topic: Any) -> int:
        """How many entry terms lead here."""
        return topic.term_number

    @admin.display(description="scope note", boolean=True)
    def has_scope_note(self, topic: Topic) -> bool:
        """Whether it says what belongs here."""
        return bool(topic.scope_note)

    @admin.display(description="items")
    def used_on(self, topic: Any) -> str:
        """How many items carry it, leading to the topic's page."""
        if not topic.use_number:
            return "No item carries this topic yet."
        return format_html('<a href="{}">{} on the topic’s page</a>', topic.get_absolute_url(), topic.use_number)

    @admin.display(description="narrower topics")
    def part_of_it(self, topic: Topic) -> str:
        """The topics one step below."""
        return ", ".join(child.name for child in Topic.objects.children_of(topic)) or "None"

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Put the topic in its place; its closure and its items' broader topics follow."""
        super().save_related(request, form, formsets, change)
        assert isinstance(form, TopicForm)
        if not change or form.broader != form.stored_broader:
            set_broader(topic=form.instance, broader=form.broader)

    def get_history(self, record: Topic) -> list[Change]:
        """What happened to the topic, its other names and its place."""
        return changes(
            own=[Own(events_of(Topic).filter(pgh_obj=record.pk))],
            rows=[
                Rows(events_of(TopicEdge).filter(narrower=record), "Broader topic", lambda edge, word: word("broader")),
                Rows(events_of(EntryTerm).filter(topic=record), "Other name", lambda term, word: term.text),
            ],
        )

    def has_delete_permission(self, request: HttpRequest, obj: Topic | None = None) -> bool:
        """Topics are retired: their addresses and what carries them stay."""
        return False


class MeaningForm(forms.ModelForm):
    """One thing that an abbreviation can stand for."""

    def clean(self) -> dict[str, Any]:
        """Ask where the meaning leads."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("topics") and not cleaned.get("query"):
            self.add_error("query", "Choose topics, or write the words to search for instead.")
        return cleaned


class MeaningInline(PortalStackedInline):
    """What the letters can stand for."""

    model = Meaning
    form = MeaningForm
    fields = ("label", "topics", "query")
    autocomplete_fields = ("topics",)
    extra = 2


class AbbreviationForm(forms.ModelForm):
    """Letters with more than one meaning."""

    def clean_text(self) -> str:
        """Refuse letters that are on the list already, or that lead straight to a topic."""
        text: str = self.cleaned_data["text"].strip()
        if Abbreviation.objects.filter(text__iexact=text).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"“{text}” is on the list already.")
        topic = Topic.objects.named(name_key(text)).first()
        if topic is not None:
            raise ValidationError(f"“{text}” leads straight to the topic {topic.name}. Remove it there first.")
        return text


@admin.register(Abbreviation)
class AbbreviationAdmin(PortalModelAdmin):
    """Ambiguous abbreviations: search offers their meanings and never guesses."""

    form = AbbreviationForm
    list_display = ("text", "meaning_list")
    search_fields = ("text", "meanings__label")
    search_help_text = "Search by letters or meaning"
    inlines = (MeaningInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Abbreviation]:
        """Fetch the meanings with the list."""
        return super().get_queryset(request).prefetch_related("meanings")

    @admin.display(description="meanings")
    def meaning_list(self, abbreviation: Abbreviation) -> str:
        """The meanings, one after the other."""
        return " · ".join(meaning.label for meaning in abbreviation.meanings.all())


def _count(model: Any, column: str) -> Coalesce:
    rows = model._default_manager.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)
