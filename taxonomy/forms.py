"""The only way topics are chosen in a form."""

from typing import Any

from django import forms

from taxonomy.models import Topic


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
