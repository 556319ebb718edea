"""The librarians' report: what readers searched for, what they did not find, and how to help the next one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, Step
from accounts.models import User
from catalogue.addresses import search_url
from catalogue.asked.models import Search
from catalogue.asked.services import add_as_entry_term
from taxonomy.models import Topic


class TopicForm(forms.Form):
    """Which topic the words are another name of."""

    topic = forms.ModelChoiceField(label="Topic", queryset=Topic.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Topic.objects.filter(status=Topic.Status.ACTIVE).order_by("name")
        self.fields["topic"].queryset = active  # type: ignore[attr-defined]  # of ModelChoiceField


def add_term(searches: Sequence[Search], answers: Mapping[str, Any], by: User) -> str:
    """Add the words to the topic's other names."""
    term = add_as_entry_term(search=searches[0], topic=answers["topic"])
    return f"“{term.text}” now leads to {term.topic}."


class WithoutResultFilter(ConditionFilter):
    """Those that found nothing."""

    title = "result"
    parameter_name = "result"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Nothing at least once."""
        return [("none", "Found nothing", Q(times_without__gt=0))]


@admin.register(Search)
class SearchAdmin(PortalModelAdmin):
    """What found nothing most often stands on top."""

    list_display = ("words", "times_without", "times", "found", "last_asked", "try_it")
    list_filter = (WithoutResultFilter,)
    search_fields = ("words",)
    search_help_text = "Search by words of the query"
    ordering = ("-times_without", "-times", "words")
    fields = readonly_fields = ("words", "times_without", "times", "found", "last_asked", "try_it")
    steps = (
        Step(
            name="entry-term",
            label="Add as entry term…",
            question="Add these words as an entry term?",
            button="Add",
            lead="Whoever searches for these words then also finds what is on the topic.",
            act=add_term,
            form_class=TopicForm,
            in_bulk=False,
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Readers fill it by searching."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the search without buttons that save."""
        hide = {"title": "Search by readers", "show_save": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**hide, **(extra_context or {})})

    @admin.display(description="try it")
    def try_it(self, search: Search) -> SafeString:
        """The way to what it finds now."""
        return format_html('<a href="{}">Search</a>', search_url(q=search.words))
