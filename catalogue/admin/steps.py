"""What librarians do to items of any kind: review, archive, set readers, add topics, withdraw, supersede, delete."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import CheckboxesField, ChooseMany, ChooseOne, Step
from accounts.models import User
from catalogue import services
from catalogue.choices import Status, Visibility
from catalogue.models import Item, ItemTopic
from catalogue.suggestions import suggested_topics, take_up
from design.dates import day_in_words
from taxonomy.forms import TopicField
from taxonomy.models import Topic

# A page of more boxes than this nobody reads.
SUGGESTED_AT_ONCE = 50
# What the name of a field on one record begins with.
ON = "on-"
UNPUBLISHED = (Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED)


class TopicsForm(forms.Form):
    """Topics to add."""

    topics = TopicField(
        widget=ChooseMany(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Each record keeps the topics it has.",
    )


class SuggestionsForm(forms.Form):
    """The topics that each record's own text suggests; nothing is ticked."""

    def __init__(self, *args: Any, records: Sequence[Item], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggested = suggested_topics(records[:SUGGESTED_AT_ONCE])
        for record in records[:SUGGESTED_AT_ONCE]:
            offered = suggested.get(record.pk, [])
            if offered:
                choices = [(str(one.topic.pk), f"{one.topic.name} (says {', '.join(one.names)})") for one in offered]
                self.fields[f"{ON}{record.pk}"] = CheckboxesField(label=record.title, choices=choices, required=False)
        if not self.fields:
            self.preview = [
                "No topic suggests itself: the records carry those their texts speak of, or say too little."
            ]
        elif len(records) > SUGGESTED_AT_ONCE:
            self.preview = [f"These are the first {SUGGESTED_AT_ONCE} records of the selection."]


class ReplaceTopicForm(forms.Form):
    """Which topic for which."""

    old = forms.ModelChoiceField(
        label="Take away",
        queryset=Topic.objects.exclude(status=Topic.Status.CANDIDATE),
        widget=ChooseOne(ItemTopic._meta.get_field("tag"), admin.site),
    )
    new = forms.ModelChoiceField(
        label="Give instead",
        queryset=Topic.objects.active(),
        widget=ChooseOne(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Only records that carry the first topic change.",
    )

    def __init__(self, *args: Any, records: Sequence[Item], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carried = Counter(
            ItemTopic.objects.filter(content_object__in=[record.pk for record in records]).values_list(
                "tag__name", flat=True
            )
        )
        self.preview = [f"{name}: carried by {counted(number)}" for name, number in carried.most_common(20)]
        offered = Topic.objects.filter(uses__content_object__in=[record.pk for record in records]).distinct()
        self.fields["old"].queryset = offered  # type: ignore[attr-defined]


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


def take_up_suggestions(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Add the topics that were ticked."""
    ticked = {int(name.removeprefix(ON)): [int(key) for key in keys] for name, keys in answers.items() if keys}
    number = take_up(chosen=ticked, by=by)
    return f"Added topics to {counted(number)}." if number else "Nothing was ticked, so nothing was added."


def replace_topic(items: Sequence[Item], answers: Mapping[str, Any], by: User) -> str:
    """Give one topic for another."""
    old, new = answers["old"], answers["new"]
    number = services.replace_topic(items=items, old=old, new=new, by=by)
    return f"{new.name} instead of {old.name} on {counted(number)}."


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
SUGGEST_TOPICS = Step(
    name="suggest-topics",
    label="Suggested topics…",
    question="Which of these topics fit?",
    button="Add what is ticked",
    lead="Names of topics were looked for in the text of each record. A machine finds words, not meaning: tick what fits.",
    act=take_up_suggestions,
    refusals=(services.NotReady,),
    form_class=SuggestionsForm,
    form_takes_records=True,
    on_one=False,
)
REPLACE_TOPIC = Step(
    name="replace-topic",
    label="Replace a topic…",
    question="Which topic for which?",
    button="Replace",
    act=replace_topic,
    refusals=(services.NotReady,),
    form_class=ReplaceTopicForm,
    form_takes_records=True,
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

REVIEW_STEPS = (
    STILL_RIGHT, ADD_TOPICS, SUGGEST_TOPICS, REPLACE_TOPIC, SET_VISIBILITY, ARCHIVE, SUPERSEDE, WITHDRAW,
)  # fmt: skip
