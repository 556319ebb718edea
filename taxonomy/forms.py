"""The only way topics are chosen in a form."""

from typing import Any

from django import forms

from design.forms import PortalForm
from taxonomy.models import Topic

# Longer numbers are no keys and would be refused by the database.
MOST_DIGITS = 19


class TopicField(forms.ModelMultipleChoiceField):
    """A choice of topics in use. What is typed is never made into a topic."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Topic.objects.active())
        kwargs.setdefault("label", "Topics")
        kwargs.setdefault(
            "error_messages",
            {"invalid_choice": "“%(value)s” is not a topic on the list. Choose from the list or suggest a topic."},
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Take the topic that a merged one became part of for it: the form may have been open since before."""
        keys = [str(key) for key in value or () if str(key).isdecimal() and len(str(key)) < MOST_DIGITS]
        if Topic.objects.filter(pk__in=keys, status=Topic.Status.MERGED).exists():
            merged = Topic.objects.all().merged_keys()
            value = [merged.get(int(key), key) if str(key) in keys else key for key in value]
        return super().clean(value)


class SuggestTopicForm(PortalForm):
    """A topic that somebody misses."""

    name = forms.CharField(
        label="Name of the topic", max_length=100, help_text="As colleagues would say it, for example: pressure ulcers."
    )
    reason = forms.CharField(
        label="What would you file under it?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two lines help the library team to decide.",
    )
