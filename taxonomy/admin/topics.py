"""Topics in the librarians' admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from accounts.admin_pages import (
    ChooseMany,
    ChooseOne,
    ConditionFilter,
    GuardedModelAdmin,
    PortalTabularInline,
)
from accounts.history import Change, Own, Rows, changes, events_of
from taxonomy.admin.steps import TOPIC_STEPS
from taxonomy.forms import TopicField
from taxonomy.models import EntryTerm, Topic, TopicEdge, TopicMapping
from taxonomy.names import singular_key
from taxonomy.reports import tidy_report
from taxonomy.services import lock_hierarchy, refuse_cycle, set_broader
from taxonomy.services.curating import keep_old_name, set_related
from taxonomy.services.merging import in_words, numbers_of

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
    related = TopicField(
        label="Related topics",
        required=False,
        widget=ChooseMany(BROADER, admin.site),
        help_text="Worth knowing together, and neither is part of the other. Each page then leads to the other.",
    )

    class Meta:
        model = Topic
        fields = ("name", "scope_note", "key_message", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic: Topic = self.instance
        broader = list(Topic.objects.parents_of(topic)) if topic.pk else []
        self.stored_broader = broader
        self.stored_name = topic.name
        related = list(Topic.objects.related_to(topic)) if topic.pk else []
        self.initial.setdefault("related", [other.pk for other in related])
        self.initial.setdefault("main_broader", broader[0].pk if broader else None)
        self.initial.setdefault("other_broader", [parent.pk for parent in broader[1:]])
        for name in ("main_broader", "other_broader"):
            # A retired broader topic stays chosen until somebody takes it away.
            self.fields[name].queryset = Topic.objects.filter(  # type: ignore[attr-defined]
                Q(status=Topic.Status.ACTIVE) | Q(pk__in=[parent.pk for parent in broader])
            )
        if "status" in self.fields:
            # Topics in use are retired and merged by steps, which ask what follows.
            self.fields["status"].choices = [  # type: ignore[attr-defined]
                (Topic.Status.ACTIVE, Topic.Status.ACTIVE.label),
                (Topic.Status.CANDIDATE, Topic.Status.CANDIDATE.label),
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
        # Held until the save is over, so that nobody moves a topic or takes a name between this check and the change.
        lock_hierarchy()
        if self.instance.pk:
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
        """Refuse two terms that differ by case, spacing, hyphens or the plural alone."""
        super().clean()
        seen: dict[str, str] = {}
        for form in self.forms:
            text = (getattr(form, "cleaned_data", None) or {}).get("text", "")
            if not text or form.cleaned_data.get("DELETE"):
                continue
            earlier = seen.setdefault(singular_key(text), text)
            if earlier is not text:
                form.add_error("text", f"“{text}” is the same name as “{earlier}”. Keep one of them.")
            elif singular_key(text) == singular_key(self.instance.name or ""):
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


class MappingForm(forms.ModelForm):
    """One heading."""

    class Meta:
        model = TopicMapping
        fields = ("concept", "match")
        labels = {"concept": "Heading"}


class MappingInline(PortalTabularInline):
    """Headings of other vocabularies that mean the same: their names help to suggest the topic."""

    model = TopicMapping
    form = MappingForm
    fields = ("concept", "match")
    autocomplete_fields = ("concept",)
    extra = 1


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
class TopicAdmin(GuardedModelAdmin):
    """The one list of topics."""

    form = TopicForm
    list_display = ("name", "broader_names", "status", "use_count", "term_count", "has_scope_note")
    list_filter = ("status", UseFilter, ("scope_note", admin.EmptyFieldListFilter))
    search_fields = ("name", "entry_terms__text")
    search_help_text = "Search by name or other name"
    ordering = ("name",)
    inlines = (EntryTermInline, MappingInline)
    readonly_fields = ("slug", "used_on", "part_of_it", "state", "used_where", "suggested")
    steps = TOPIC_STEPS
    change_list_template = "admin/taxonomy/topic_change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the report."""
        view = self.admin_site.admin_view(self.report_view)
        return [path("tidy/", view, name=self.url_name("tidy")), *super().get_urls()]

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """Show what of the list needs tidying."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Topics: what needs tidying",
            "opts": self.opts,
            "report": tidy_report(),
        }
        return TemplateResponse(request, "admin/taxonomy/tidy.html", context)

    def get_fieldsets(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        """Ask for the words first, then for the place in the hierarchy."""
        words = ["name", "scope_note", "key_message", "status" if obj is None else "state"]
        if obj is not None and obj.suggestion:
            words.append("suggested")
        place = ["main_broader", "other_broader", "related"]
        return [
            (None, {"fields": words}),
            ("Where it belongs", {"fields": place if obj is None else [*place, "part_of_it"]}),
            *([] if obj is None else [("Where it is used", {"fields": ["used_on", "used_where", "slug"]})]),
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

    @admin.display(description="status")
    def state(self, topic: Topic) -> str:
        """The status, and where a topic out of use leads."""
        instead = topic.merged_into or topic.successor
        return f"{topic.get_status_display()}: {instead.name}" if instead else topic.get_status_display()

    @admin.display(description="moves with it")
    def used_where(self, topic: Topic) -> str:
        """What else carries the topic; a merge would move all of it."""
        return in_words(numbers_of(topic)) or "Nothing"

    @admin.display(description="suggested")
    def suggested(self, topic: Topic) -> str:
        """Who suggested it and why."""
        return f"{topic.suggestion} ({topic.suggested_by})" if topic.suggested_by else topic.suggestion

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Put the topic in its place; its closure and its items' broader topics follow."""
        super().save_related(request, form, formsets, change)
        assert isinstance(form, TopicForm)
        if not change or form.broader != form.stored_broader:
            set_broader(topic=form.instance, broader=form.broader)
        if "related" in form.changed_data:
            set_related(topic=form.instance, related=list(form.cleaned_data["related"]))
        if change and "name" in form.changed_data and keep_old_name(topic=form.instance, old_name=form.stored_name):
            self.message_user(request, f"“{form.stored_name}” leads here from now on.", messages.INFO)

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


def _count(model: Any, column: str) -> Coalesce:
    rows = model._default_manager.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)
