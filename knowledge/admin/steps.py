"""What librarians do to one contribution."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Q
from django.http import HttpRequest

from accounts.admin_pages import Step
from accounts.models import User
from catalogue import relations
from catalogue.choices import Status
from catalogue.models import Item, ItemTopic, Relation
from catalogue.services import EditConflict, NotReady
from knowledge.choices import KNOWHOW_TYPES, Reason, Verdict
from knowledge.models import Experience, KnowHow, Report
from knowledge.questions import TITLE_LIMIT
from knowledge.services import experience, moderating
from taxonomy.forms import TopicField
from taxonomy.models import Topic

LINES = {"rows": 4, "class": "vLargeTextField"}
REFUSALS = (NotReady, EditConflict)


class OfOne(forms.Form):
    """A question about one contribution."""

    def __init__(self, *args: Any, records: Sequence[KnowHow], by: User, **kwargs: Any) -> None:
        self.knowhow, self.by = records[0], by
        kwargs["initial"] = self.begin_with()
        super().__init__(*args, **kwargs)

    def begin_with(self) -> dict[str, Any]:
        """Return what the fields hold at first."""
        return {}


class ApproveForm(OfOne):
    """Title, type and topics; the version that was read goes along, hidden."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(max_length=TITLE_LIMIT, widget=forms.TextInput(attrs={"class": "vTextField"}))
    form = forms.ChoiceField(
        label="Type", choices=[("", "Choose a type"), *((key, form.label) for key, form in KNOWHOW_TYPES.items())]
    )
    topics = TopicField(
        widget=AutocompleteSelectMultiple(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Type a few letters and choose from the list. Broader topics follow by themselves.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].queryset = Topic.objects.filter(  # type: ignore[attr-defined]
            Q(status=Topic.Status.ACTIVE) | Q(pk__in=self.knowhow.topics.values("pk"))
        )

    def begin_with(self) -> dict[str, Any]:
        """What the contribution has."""
        return {
            "version": self.knowhow.version,
            "title": self.knowhow.title,
            "form": self.knowhow.form,
            "topics": list(self.knowhow.topics.values_list("pk", flat=True)),
        }


class NoteForm(forms.Form):
    """What the author is told."""

    reasons = forms.MultipleChoiceField(
        choices=Reason.choices, widget=forms.CheckboxSelectMultiple, required=False, label="Reasons"
    )
    note = forms.CharField(
        label="To the author, in your words", widget=forms.Textarea(attrs=LINES), help_text="They see exactly this."
    )


class HandOverForm(OfOne):
    """To whom."""

    to = forms.ModelChoiceField(label="Colleague", queryset=User.objects.none())
    note = forms.CharField(label="A line to them", required=False, widget=forms.Textarea(attrs=LINES))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = experience.own_people(self.knowhow)
        self.fields["to"].queryset = User.objects.librarians().exclude(pk__in={self.by.pk, *own})  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why, for readers."""

    reason = forms.CharField(widget=forms.Textarea(attrs=LINES), help_text="Readers see it.")


class EvaluationForm(OfOne):
    """Which evaluation."""

    evaluation = forms.ModelChoiceField(
        label="Service evaluation, clinical audit or quality improvement report",
        queryset=Item.objects.none(),
        widget=AutocompleteSelect(KnowHow._meta.get_field("evaluation"), admin.site),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = Item.objects.listed_to(self.by)
        self.fields["evaluation"].queryset = listed.filter(form__in=experience.EVALUATIONS)  # type: ignore[attr-defined]


class ReportForm(OfOne):
    """Which report, what was found, and whether readers see the item again."""

    report = forms.ModelChoiceField(label="Report", queryset=Report.objects.none(), empty_label=None)
    answer = forms.CharField(
        label="What you found", widget=forms.Textarea(attrs=LINES), help_text="The author sees it."
    )
    show_again = forms.BooleanField(label="Show it to readers again, if the report hid it", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].queryset = self.knowhow.reports.open().order_by("at")  # type: ignore[attr-defined]


class SettleForm(OfOne):
    """Which challenge, and the answer."""

    challenge = forms.ModelChoiceField(label="Challenge", queryset=Experience.objects.none(), empty_label=None)
    note = forms.CharField(
        label="Answer", max_length=500, widget=forms.Textarea(attrs=LINES), help_text="Readers see it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = self.knowhow.experiences.filter(verdict=Verdict.CAREFUL, settled_at=None)
        self.fields["challenge"].queryset = open_ones  # type: ignore[attr-defined]


class LinksForm(OfOne):
    """Which of the proposed links are right."""

    links = forms.ModelMultipleChoiceField(
        label="Right",
        queryset=Relation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Those not ticked are taken away.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["links"].queryset = relations.proposed_for(self.knowhow)  # type: ignore[attr-defined]


def approve(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Publish it."""
    moderating.approve(knowhow=records[0], by=by, **answers)
    return "Published. The author has been told."


def ask_for_changes(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Give it back with a question."""
    moderating.ask_for_changes(knowhow=records[0], by=by, **answers)
    return "The author has your question."


def reject(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Do not take it up."""
    moderating.reject(knowhow=records[0], by=by, **answers)
    return "Not taken up. The author has been told why, and keeps it as a draft."


def hand_over(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Give it to a colleague."""
    moderating.hand_over(knowhow=records[0], by=by, **answers)
    return f"Handed to {answers['to']}."


def withdraw(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Take it back from readers."""
    moderating.withdraw(knowhow=records[0], by=by, reason=answers["reason"])
    return "Withdrawn. Its page shows title, reason and date."


def retire(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Advise it no longer."""
    moderating.retire(knowhow=records[0], by=by, reason=answers["reason"])
    return "Marked as no longer advised."


def advise_again(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Take that mark off."""
    moderating.advise_again(knowhow=records[0], by=by)
    return "The mark is off."


def link_evaluation(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Link what evaluates it."""
    experience.link_evaluation(knowhow=records[0], evaluation=answers["evaluation"], by=by)
    return "The evaluation is linked."


def close_report(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Answer a report."""
    moderating.close_report(by=by, **answers)
    return "The report is closed."


def confirm_links(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Confirm the links that are right and take the others away."""
    right = set(answers["links"])
    moderating.decide_links(knowhow=records[0], right=right, by=by)
    return f"Confirmed {len(right)} link{'' if len(right) == 1 else 's'}."


def settle(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Answer a challenge."""
    experience.settle(experience=answers["challenge"], by=by, note=answers["note"])
    return "The answer is on the page."


def waits(request: HttpRequest, knowhow: KnowHow) -> bool:
    """Offer the step while it waits for a decision."""
    return knowhow.status == Status.SUBMITTED


def waits_for_other(request: HttpRequest, knowhow: KnowHow) -> bool:
    """Offer the step on what waits, to those who may decide on it."""
    return waits(request, knowhow) and not moderating.needs_second_person(knowhow, request.user)  # type: ignore[arg-type]


def is_published(request: HttpRequest, knowhow: KnowHow) -> bool:
    """Offer the step on what readers see."""
    return knowhow.status == Status.PUBLISHED


APPROVE = Step(
    name="approve",
    label="Approve…",
    question="Publish this contribution?",
    button="Publish",
    act=approve,
    refusals=REFUSALS,
    form_class=ApproveForm,
    form_takes_records=True,
    in_bulk=False,
    offered=waits_for_other,
)
ASK = Step(
    name="ask-for-changes",
    label="Ask for changes…",
    question="What do you ask the author?",
    button="Send the question",
    act=ask_for_changes,
    refusals=REFUSALS,
    form_class=NoteForm,
    in_bulk=False,
    offered=waits_for_other,
)
REJECT = Step(
    name="reject",
    label="Do not take up…",
    question="Why is it not taken up?",
    button="Do not take up",
    lead="It stays the author’s own draft. They can change it and send it again.",
    act=reject,
    refusals=REFUSALS,
    form_class=NoteForm,
    in_bulk=False,
    offered=waits_for_other,
)
HAND_OVER = Step(
    name="hand-over",
    label="Hand over…",
    question="Who should decide?",
    button="Hand over",
    act=hand_over,
    refusals=REFUSALS,
    form_class=HandOverForm,
    form_takes_records=True,
    in_bulk=False,
    offered=waits,
)
CLOSE_REPORT = Step(
    name="close-report",
    label="Answer a report…",
    question="What did you find?",
    button="Close the report",
    act=close_report,
    refusals=REFUSALS,
    form_class=ReportForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: knowhow.reports.open().exists(),
)
SETTLE = Step(
    name="answer-challenge",
    label="Answer a challenge…",
    question="What do you answer?",
    button="Answer",
    lead="The colleague’s words stay on the page, with your answer below. The level then follows from all the others.",
    act=settle,
    refusals=REFUSALS,
    form_class=SettleForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: knowhow.experiences.filter(verdict=Verdict.CAREFUL, settled_at=None).exists(),
)
CONFIRM_LINKS = Step(
    name="confirm-links",
    label="Confirm links…",
    question="Which of the proposed links are right?",
    button="Confirm",
    act=confirm_links,
    refusals=REFUSALS,
    form_class=LinksForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: relations.proposed_for(knowhow).exists(),
)
LINK_EVALUATION = Step(
    name="link-evaluation",
    label="Link an evaluation…",
    question="Which evaluation backs it up?",
    button="Link it",
    act=link_evaluation,
    refusals=REFUSALS,
    form_class=EvaluationForm,
    form_takes_records=True,
    in_bulk=False,
    offered=is_published,
)
RETIRE = Step(
    name="retire",
    label="No longer advised…",
    question="Why is it no longer advised?",
    button="Mark it",
    lead="It stays readable, with the reason above it.",
    act=retire,
    refusals=REFUSALS,
    form_class=ReasonForm,
    in_bulk=False,
    offered=lambda request, knowhow: is_published(request, knowhow) and not knowhow.retired_reason,
)
ADVISE_AGAIN = Step(
    name="advise-again",
    label="Advise again…",
    question="Advise it again?",
    button="Take the mark off",
    act=advise_again,
    refusals=REFUSALS,
    in_bulk=False,
    offered=lambda request, knowhow: bool(knowhow.retired_reason),
)
WITHDRAW = Step(
    name="withdraw",
    label="Withdraw…",
    question="Withdraw?",
    button="Withdraw",
    lead="For what should never have been shown. This cannot be undone: it has to be written again.",
    act=withdraw,
    refusals=REFUSALS,
    form_class=ReasonForm,
    in_bulk=False,
    offered=lambda request, knowhow: knowhow.published_at is not None and knowhow.status != Status.WITHDRAWN,
)

STEPS = (
    APPROVE,
    ASK,
    REJECT,
    HAND_OVER,
    CLOSE_REPORT,
    SETTLE,
    CONFIRM_LINKS,
    LINK_EVALUATION,
    RETIRE,
    ADVISE_AGAIN,
    WITHDRAW,
)
