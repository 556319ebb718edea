"""What librarians do to items of any kind: review, archive, set readers, add topics, withdraw, supersede, delete."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import ChooseMany, ChooseOne, Step
from accounts.models import User
from catalogue import services
from catalogue.choices import Status, Visibility
from catalogue.models import Item, ItemTopic
from design.dates import day_in_words
from taxonomy.forms import TopicField

UNPUBLISHED = (Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED)


class TopicsForm(forms.Form):
    """Topics to add."""

    topics = TopicField(
        widget=ChooseMany(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Each record keeps the topics it has.",
    )


class VisibilityForm(forms.Form):
    """Who may read."""

    visibility = forms.ChoiceField(label="Who may read them", choices=Visibility.choices, widget=forms.RadioSelect)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="Why it is withdrawn",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="Readers see the reason with the title and the date, and nothing else of the record.",
    )


class ReplacementForm(forms.Form):
    """What replaces it."""

    replacement = forms.ModelChoiceField(
        queryset=Item.objects.none(),
        widget=ChooseOne(Item._meta.get_field("superseded_by"), admin.site),
        help_text="Type a few words of its title. It must be published; the old page will point to it.",
    )

    def __init__(self, *args: Any, records: Sequence[Item], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replacement"].queryset = Item.objects.visible_to(by)  # type: ignore[attr-defined]


def confirm_still_right(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Record the review of today."""
    number = services.confirm_still_right(items=items, by=by)
    if number > 1:
        return f"{number} records are still right. Each has its next review date."
    due = Item.objects.get(pk=items[0].pk).review_due
    return f"Still right. {f'Next review: {day_in_words(due)}.' if due else 'No further review is due.'}"


def archive(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Take the items out of lists."""
    return f"Archived {counted(services.archive(items=items, by=by))}."


def set_visibility(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Say who may read."""
    visibility = answers["visibility"]
    number = services.set_visibility(items=items, visibility=visibility, by=by)
    return f"{Visibility(visibility).label} may read {counted(number)} once published."


def add_topics(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Add topics."""
    number = services.add_topics(items=items, topics=answers["topics"], by=by)
    return f"Added {', '.join(topic.name for topic in answers['topics'])} to {counted(number)}."


def withdraw(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Take one item back."""
    services.withdraw(item=items[0], reason=answers["reason"], by=by)
    return "Withdrawn. Its page shows title, reason and date."


def supersede(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Mark one item as replaced."""
    services.supersede(item=items[0], replacement=answers["replacement"], by=by)
    return f"Its page now points to “{answers['replacement']}”."


def counted(number: int) -> str:
    """Return "1 record" or "1,234 records"."""
    return f"{number:,} record{'' if number == 1 else 's'}"


def was_published(request: HttpRequest, item: Item) -> bool:
    """Offer the step on what readers have been able to see and that was not taken back."""
    return item.status in {Status.PUBLISHED, Status.ARCHIVED, Status.SUPERSEDED}


def is_published(request: HttpRequest, item: Item) -> bool:
    """Offer the step on what lists show."""
    return item.status == Status.PUBLISHED


STILL_RIGHT = Step(
    name="still-right",
    label="Still right…",
    question="Reviewed and still right?",
    button="Still right",
    lead="Today becomes the date of the last review; the next one follows from the type.",
    act=confirm_still_right,
    refusals=(services.NotReady,),
    offered=is_published,
)
ADD_TOPICS = Step(
    name="add-topics",
    label="Add topics…",
    question="Which topics?",
    button="Add topics",
    act=add_topics,
    refusals=(services.NotReady,),
    form_class=TopicsForm,
    on_one=False,
)
SET_VISIBILITY = Step(
    name="set-visibility",
    label="Set who may read…",
    question="Who may read them?",
    button="Set",
    act=set_visibility,
    refusals=(services.NotReady,),
    form_class=VisibilityForm,
    on_one=False,
)
ARCHIVE = Step(
    name="archive",
    label="Archive…",
    question="Archive?",
    button="Archive",
    lead="Lists no longer show it unless a reader asks for archived items. Its address keeps working.",
    act=archive,
    refusals=(services.NotReady,),
    offered=is_published,
)
SUPERSEDE = Step(
    name="supersede",
    label="Supersede…",
    question="What replaces it?",
    button="Supersede",
    act=supersede,
    refusals=(services.NotReady,),
    form_class=ReplacementForm,
    form_takes_records=True,
    in_bulk=False,
    offered=was_published,
)
WITHDRAW = Step(
    name="withdraw",
    label="Withdraw…",
    question="Withdraw?",
    button="Withdraw",
    lead="For what should never have been shown. This cannot be undone: a new record has to be made.",
    act=withdraw,
    refusals=(services.NotReady,),
    form_class=ReasonForm,
    in_bulk=False,
    offered=was_published,
)

REVIEW_STEPS = (STILL_RIGHT, ADD_TOPICS, SET_VISIBILITY, ARCHIVE, SUPERSEDE, WITHDRAW)
