"""The pages of the task list, one form each."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils import timezone

from catalogue.choices import Setting, Visibility
from design.forms import DateField, PortalForm, use_plain_messages
from knowledge.choices import WRITTEN_TYPES, Basis, Outcome, ToldAs
from knowledge.forms.fields import PlainTextField, text_field
from knowledge.models import KnowHow
from knowledge.questions import ASKING_PART, CARD_PART, Part, answer_to
from taxonomy.forms import TopicField
from taxonomy.models import Topic

MOST_TOPICS = 5


def topics_field() -> TopicField:
    """Return the field that asks for the topics."""
    return TopicField(
        required=False,
        label="Which topics is it about?",
        help_text="Choose up to five. A librarian adds what is missing.",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )


def topics_of(knowhow: KnowHow) -> list[int]:
    """Return the keys of the topics that it has."""
    return list(knowhow.topics.values_list("pk", flat=True)) if knowhow.pk else []


def few_topics(topics: Iterable[Topic]) -> list[Topic]:
    """Return the topics. Raises ValidationError for more than five."""
    chosen = list(topics)
    if len(chosen) > MOST_TOPICS:
        raise forms.ValidationError(f"Choose five topics at most; you chose {len(chosen)}")
    return chosen


class AnswersForm(PortalForm):
    """One page of the task list. Blank answers may be saved: what is missing is said before sending, not while writing."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, knowhow: KnowHow, part: Part, **kwargs: Any) -> None:
        self.knowhow, self.part = knowhow, part
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"version": knowhow.version, **self.current(), **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        for question in part.questions:
            self.fields[question.key] = text_field(question, required=False)
            use_plain_messages(self.fields[question.key], label=question.prompt)
            self.fields[question.key].required_to_send = question.required  # type: ignore[attr-defined]
        self.marks_optional = False

    def current(self) -> dict[str, Any]:
        """Return the answers as they are saved."""
        return {question.key: answer_to(self.knowhow, question) for question in self.part.questions}

    def changes(self) -> dict[str, Any]:
        """Return what to hand to `save_part`."""
        answers = {q.key: self.cleaned_data[q.key] for q in self.part.questions if q.is_answer}
        values = {q.key: self.cleaned_data[q.key] for q in self.part.questions if not q.is_answer}
        return {"values": values, "answers": answers}


class SheetForm(AnswersForm):
    """Something that is asked on one page, with its topics: a question to colleagues."""

    topics = topics_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["version", *(question.key for question in self.part.questions)])

    def current(self) -> dict[str, Any]:
        """Return the answers and choices as they are saved."""
        return {**super().current(), "topics": topics_of(self.knowhow)}

    def clean_topics(self) -> list[Topic]:
        """Refuse more than five."""
        return few_topics(self.cleaned_data["topics"])

    def changes(self) -> dict[str, Any]:
        """Return what to hand to `save_part`."""
        return {**super().changes(), "topics": self.cleaned_data["topics"]}


class CardForm(SheetForm):
    """A who's who card: whom to ask about what, and until when."""

    until = DateField(
        label="Until when should it be shown?",
        help_text="Leave it empty where you do not know. A librarian asks you once a year.",
        required=False,
    )

    def current(self) -> dict[str, Any]:
        """Return the answers and choices as they are saved."""
        return {**super().current(), "until": self.knowhow.until}

    def clean_until(self) -> datetime.date | None:
        """Refuse a day gone by."""
        day: datetime.date | None = self.cleaned_data["until"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError("This day has gone by. Choose one to come, or leave it empty.")
        return day

    def changes(self) -> dict[str, Any]:
        """Return what to hand to `save_part`."""
        changes = super().changes()
        changes["values"]["until"] = self.cleaned_data["until"]
        return changes


class WeightForm(AnswersForm):
    """How well it worked, what it rests on, and where it belongs."""

    outcome = forms.ChoiceField(
        label="How well did it work?", choices=Outcome.choices, widget=forms.RadioSelect, required=False
    )
    basis = forms.ChoiceField(
        label="What is this based on?", choices=Basis.choices, widget=forms.RadioSelect, required=False
    )
    form = forms.ChoiceField(
        label="What kind of know-how is it?",
        help_text="Leave it open if you are not sure: a librarian chooses with you.",
        choices=[("", "Not sure"), *((value, form.label) for value, form in WRITTEN_TYPES.items())],
        required=False,
    )
    topics = topics_field()
    setting = forms.MultipleChoiceField(
        label="Where does it apply?", choices=Setting.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def current(self) -> dict[str, Any]:
        """Return the choices as they are saved."""
        row = self.knowhow
        return {
            "outcome": row.outcome,
            "basis": row.basis,
            "form": row.form,
            "setting": row.setting,
            "topics": topics_of(row),
        }

    def clean_topics(self) -> list[Topic]:
        """Refuse more than five."""
        return few_topics(self.cleaned_data["topics"])

    def changes(self) -> dict[str, Any]:
        """Return what to hand to `save_part`."""
        values = {name: self.cleaned_data[name] for name in ("outcome", "basis", "form", "setting")}
        return {"values": values, "topics": self.cleaned_data["topics"]}


class ReadersForm(AnswersForm):
    """Who sees it, and whose name it carries."""

    visibility = forms.ChoiceField(label="Who may read it?", widget=forms.RadioSelect, choices=Visibility.choices)
    colleagues = PlainTextField(
        label="Colleagues who may read it",
        help_text=(
            "Only for “Named people only”: work email addresses in your organisation, one a line. The librarians of your "
            "organisation can read it too."
        ),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    told_as = forms.ChoiceField(
        label="How should it show who told it?",
        help_text="The library team always knows that it was you.",
        widget=forms.RadioSelect,
        choices=ToldAs.choices,
    )
    credit = PlainTextField(
        label="Your role or team, as readers see it",
        help_text="For example: a physiotherapist, or the night team of an older people’s ward.",
        required=False,
        max_length=120,
    )
    may_be_contacted = forms.BooleanField(
        label="Colleagues may write to me about this. They use a form and never see my address.", required=False
    )

    def current(self) -> dict[str, Any]:
        """Return the choices as they are saved."""
        row = self.knowhow
        return {
            "visibility": row.visibility,
            "told_as": row.told_as,
            "credit": row.credit,
            "may_be_contacted": row.may_be_contacted,
        }

    def clean_colleagues(self) -> list[str]:
        """Return the addresses. Raises ValidationError for a line that is none."""
        lines = [line.strip() for line in self.cleaned_data["colleagues"].splitlines() if line.strip()]
        for line in lines:
            try:
                validate_email(line)
            except forms.ValidationError as error:
                raise forms.ValidationError(f"“{line}” is not an email address") from error
        return lines

    def clean(self) -> dict[str, Any]:
        """Ask for the words where the name is not shown."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("told_as") in {ToldAs.ROLE, ToldAs.TEAM} and not cleaned.get("credit"):
            self.add_error("credit", "Enter your role or team, as readers should see it")
        if cleaned.get("visibility") == Visibility.ORGANISATION and self.knowhow.organisation_id is None:
            self.add_error("visibility", "Your account belongs to no organisation, so choose another option")
        return cleaned

    def changes(self) -> dict[str, Any]:
        """Return what to hand to `save_part`."""
        names = ("visibility", "told_as", "credit", "may_be_contacted")
        values = {name: self.cleaned_data[name] for name in names} | {"has_chosen_readers": True}
        return {"values": values, "colleagues": self.cleaned_data["colleagues"]}


FORMS_OF_PARTS: dict[str, type[AnswersForm]] = {
    ASKING_PART: SheetForm,
    CARD_PART: CardForm,
    "weight": WeightForm,
    "readers": ReadersForm,
}
