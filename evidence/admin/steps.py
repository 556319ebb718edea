"""What librarians do to evidence in bulk beyond what every kind of item shares."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.admin_pages import DATE_WIDGET, ChooseMany, Step
from accounts.models import User
from catalogue.admin.editing import grouped_types
from catalogue.admin.steps import UNPUBLISHED, counted
from catalogue.models import ItemTopic
from catalogue.services import NotReady
from evidence import services
from evidence.models import Evidence
from taxonomy.forms import TopicField


class PublishForm(forms.Form):
    """Topics, type and review date for a selection, in one step."""

    topics = TopicField(
        required=False,
        widget=ChooseMany(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Added to the topics that each record has.",
    )
    form = forms.ChoiceField(
        label="Type",
        required=False,
        choices=lambda: [("", "Leave as it is"), *grouped_types(Evidence)],
        help_text="Only for records that have no type yet.",
    )
    review_due = forms.DateField(
        label="Next review due",
        required=False,
        widget=DATE_WIDGET,
        help_text="Leave empty to let it follow from the type.",
    )

    def clean_review_due(self) -> Any:
        """Refuse a day that has gone by: the records would be overdue at once."""
        due = self.cleaned_data["review_due"]
        if due is not None and due < timezone.localdate():
            raise ValidationError("Choose a day from today on.")
        return due


def publish(records: Sequence[Evidence], answers: Mapping[str, Any], by: User) -> str:
    """Publish the selection."""
    number = services.publish_many(
        records=records, by=by, topics=answers["topics"], form=answers["form"], review_due=answers["review_due"]
    )
    return f"Published {counted(number)}."


def delete_drafts(records: Sequence[Evidence], answers: Mapping[str, Any], by: User) -> str:
    """Delete drafts."""
    return f"Deleted {counted(services.delete_drafts(records=records, by=by))}."


PUBLISH = Step(
    name="publish",
    label="Publish…",
    question="Publish?",
    button="Publish",
    lead="Readers find them at once. Either all are published or, where one is not ready, none.",
    act=publish,
    refusals=(NotReady,),
    form_class=PublishForm,
    on_one=False,
)
DELETE_DRAFTS = Step(
    name="delete-drafts",
    label="Delete drafts…",
    question="Delete for good?",
    button="Delete",
    lead="For drafts that should not have been made, as after importing the wrong file. This cannot be undone.",
    act=delete_drafts,
    refusals=(NotReady,),
    offered=lambda request, record: record.status in UNPUBLISHED and record.published_at is None,
)
