"""What librarians do to topics: approve, decline, merge, split, retire, bring back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import CheckboxesField, ChooseOne, Step
from accounts.models import User
from taxonomy.hooks import all_attached
from taxonomy.models import Topic
from taxonomy.services import curating, merging

MERGED_INTO = Topic._meta.get_field("merged_into")
REFUSALS = (curating.NotPossible,)


class MergeForm(forms.Form):
    """Where to."""

    target = forms.ModelChoiceField(
        label="Merge into",
        queryset=Topic.objects.active(),
        widget=ChooseOne(MERGED_INTO, admin.site),
        help_text="The topic that stays. The other’s page leads there, and its name becomes one of its names.",
    )

    def __init__(self, *args: Any, records: Sequence[Topic], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        merged = [topic.pk for topic in records]
        self.fields["target"].queryset = Topic.objects.active().exclude(pk__in=merged)  # type: ignore[attr-defined]
        self.preview = [f"{topic.name}: {_moves(topic)}" for topic in records]


class SplitForm(forms.Form):
    """What becomes a topic of its own."""

    name = forms.CharField(label="Name of the new topic", max_length=100)
    place = forms.ChoiceField(
        label="Where it belongs",
        choices=[("below", "Below this topic"), ("beside", "Beside this topic")],
        initial="below",
        widget=forms.RadioSelect,
    )
    terms = CheckboxesField(label="Other names that it takes along", choices=[], required=False)
    items = CheckboxesField(label="Items that it takes along", choices=[], required=False)

    def __init__(self, *args: Any, records: Sequence[Topic], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic = records[0]
        listings = [attached.listing(topic, by) for attached in all_attached() if attached.listing is not None]
        self.fields["items"].choices = [(str(key), words) for listing in listings for key, words in listing]  # type: ignore[attr-defined]
        self.fields["terms"].choices = [(str(term.pk), term.text) for term in topic.entry_terms.all()]  # type: ignore[attr-defined]
        for name in ("items", "terms"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]


class RetireForm(forms.Form):
    """What to use instead."""

    successor = forms.ModelChoiceField(
        label="Topic to use instead",
        queryset=Topic.objects.active(),
        required=False,
        widget=ChooseOne(MERGED_INTO, admin.site),
        help_text="Its page is linked from the retired topic’s. May stay empty.",
    )


def _moves(topic: Topic) -> str:
    used = merging.in_words(merging.numbers_of(topic))
    return f"would move {used}" if used else "carries nothing"


def merge(records: Sequence[Topic], answers: Mapping[str, Any], by: User) -> str:
    """Merge them all into one."""
    target = answers["target"]
    for topic in records:
        merging.merge(source=topic, target=target, by=by)
    names = ", ".join(topic.name for topic in records)
    return f"{names} merged into {target.name}. You can undo it for 30 days under “Merges and splits”."


def split(records: Sequence[Topic], answers: Mapping[str, Any], by: User) -> str:
    """Make a topic of a part of one."""
    change = merging.split(
        topic=records[0],
        name=answers["name"],
        by=by,
        item_ids=[int(key) for key in answers.get("items", ())],
        term_ids=[int(key) for key in answers.get("terms", ())],
        below=answers["place"] == "below",
    )
    return f"{change.target_name} is a topic now. You can undo it for 30 days under “Merges and splits”."


def approve(records: Sequence[Topic], answers: Mapping[str, Any], by: User) -> str:
    """Take suggestions into use."""
    for topic in records:
        curating.approve(topic=topic, by=by)
    return f"In use from now on: {', '.join(topic.name for topic in records)}."


def decline(records: Sequence[Topic], answers: Mapping[str, Any], by: User) -> str:
    """Remove suggestions."""
    for topic in records:
        curating.decline(topic=topic, by=by)
    return f"Not taken up: {', '.join(topic.name for topic in records)}."


def retire(records: Sequence[Topic], answers: Mapping[str, Any], by: User) -> str:
    """Take topics out of use."""
    for topic in records:
        curating.retire(topic=topic, successor=answers["successor"], by=by)
    return f"Retired: {', '.join(topic.name for topic in records)}. What is filed there stays."


def bring_back(records: Sequence[Topic], answers: Mapping[str, Any], by: User) -> str:
    """Take retired topics into use again."""
    for topic in records:
        curating.bring_back(topic=topic, by=by)
    return f"In use again: {', '.join(topic.name for topic in records)}."


def is_candidate(request: HttpRequest, topic: Topic) -> bool:
    """Offer the step on suggestions."""
    return topic.status == Topic.Status.CANDIDATE


def is_active(request: HttpRequest, topic: Topic) -> bool:
    """Offer the step on topics in use."""
    return topic.status == Topic.Status.ACTIVE


def is_retired(request: HttpRequest, topic: Topic) -> bool:
    """Offer the step on retired topics."""
    return topic.status == Topic.Status.RETIRED


def is_not_merged(request: HttpRequest, topic: Topic) -> bool:
    """Offer the step on every topic that still stands for itself."""
    return topic.status != Topic.Status.MERGED


TOPIC_STEPS = (
    Step(
        name="approve",
        label="Approve…",
        question="Take into use?",
        button="Approve",
        lead="It can be chosen from then on and has a page. Look for a topic that already says it first.",
        act=approve,
        refusals=REFUSALS,
        offered=is_candidate,
    ),
    Step(
        name="decline",
        label="Decline…",
        question="Decline the suggestion?",
        button="Decline",
        lead="The suggestion is removed.",
        act=decline,
        refusals=REFUSALS,
        offered=is_candidate,
    ),
    Step(
        name="merge",
        label="Merge…",
        question="Merge into another topic?",
        button="Merge",
        lead="Items and everything else that carries the topic move. You can undo it for 30 days.",
        act=merge,
        refusals=REFUSALS,
        form_class=MergeForm,
        form_takes_records=True,
        offered=is_not_merged,
    ),
    Step(
        name="split",
        label="Split…",
        question="Make a topic of a part of it?",
        button="Split",
        lead="The new topic takes along what you choose. You can undo it for 30 days.",
        act=split,
        refusals=REFUSALS,
        form_class=SplitForm,
        form_takes_records=True,
        in_bulk=False,
        offered=is_active,
    ),
    Step(
        name="retire",
        label="Retire…",
        question="Retire?",
        button="Retire",
        lead="Nobody can choose it any more. What is filed under it stays there and is found.",
        act=retire,
        refusals=REFUSALS,
        form_class=RetireForm,
        offered=is_active,
    ),
    Step(
        name="bring-back",
        label="Bring back…",
        question="Take into use again?",
        button="Bring back",
        act=bring_back,
        refusals=REFUSALS,
        offered=is_retired,
    ),
)
