"""Forms by which know-how is written."""

from typing import Any

from django import forms
from django.core.validators import validate_email

from accounts.models import User
from catalogue.choices import RelationKind, Setting, Visibility
from design.forms import PortalForm
from knowledge.choices import KNOWHOW_TYPES, Basis, Outcome, ToldAs
from knowledge.forms.fields import PlainTextField
from knowledge.models import KnowHow, TechniqueTemplate
from knowledge.querysets import TechniqueQuerySet
from knowledge.questions import COMMON, Part, Question, answer_to
from taxonomy.forms import TopicField
from taxonomy.models import Topic

PROMISE = (
    ("no_patient", "I have removed anything that could identify a patient"),
    ("consent", "People I name have agreed to be named"),
    ("may_share", "I can share this"),
)


def text_field(question: Question, *, required: bool) -> PlainTextField:
    """Return the field that asks a question."""
    widget: forms.Widget = (
        forms.TextInput() if question.is_line else forms.Textarea(attrs={"rows": 3 if question.limit <= 280 else 6})
    )
    return PlainTextField(
        label=question.prompt, help_text=question.help, required=required, max_length=question.limit, widget=widget
    )


class PromiseForm(PortalForm):
    """The three statements without which nothing is sent."""

    no_patient = forms.BooleanField(label=PROMISE[0][1])
    consent = forms.BooleanField(label=PROMISE[1][1])
    may_share = forms.BooleanField(label=PROMISE[2][1])


class TellForm(PromiseForm):
    """Just tell it: one screen. `key` makes a second press of the button the same contribution."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    summary = text_field(COMMON["summary"], required=True)
    what_happened = text_field(COMMON["what_happened"], required=True)
    context = text_field(COMMON["context"], required=True)

    field_order = ("key", "summary", "what_happened", "context", "no_patient", "consent", "may_share")

    def told(self) -> dict[str, Any]:
        """Return what was told, and the key."""
        return {name: self.cleaned_data[name] for name in ("key", "summary", "what_happened", "context")}

    def texts(self) -> dict[str, str]:
        """Return what was told by the words of the questions."""
        return {COMMON[name].prompt: self.cleaned_data[name] for name in ("summary", "what_happened", "context")}


class StartForm(PortalForm):
    """Begin a write-up with a technique."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    technique = forms.ModelChoiceField(
        label="Which technique did you use?",
        queryset=TechniqueTemplate.objects.none(),
        to_field_name="key",
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, techniques: TechniqueQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["technique"].queryset = techniques  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return what to start with."""
        return {"key": self.cleaned_data["key"], "technique": self.cleaned_data["technique"]}


class WriteForForm(StartForm):
    """Whom a librarian writes up know-how for."""

    email = forms.EmailField(label="The author’s work email address", help_text="They need an account in the portal.")

    field_order = ("key", "email", "technique")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        technique = self.fields["technique"]
        technique.required, technique.widget = False, forms.Select(attrs={"class": "nhsuk-select"})
        technique.label, technique.empty_label = "How did it come up?", "They told me"  # type: ignore[attr-defined]
        technique.widget.choices = technique.choices  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Find the author. Raises ValidationError where nobody has this address."""
        email: str = self.cleaned_data["email"]
        author = User.objects.active().filter(email__iexact=email, erased_at=None).first()
        if author is None:
            raise forms.ValidationError("Nobody with this address has an account. Ask them to sign in once first.")
        self.author = author
        return email

    def chosen(self) -> dict[str, Any]:
        """Return what to start with, the author too."""
        return {**super().chosen(), "author": self.author}


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
        choices=[("", "Not sure"), *((value, form.label) for value, form in KNOWHOW_TYPES.items())],
        required=False,
    )
    topics = TopicField(
        required=False,
        label="Which topics is it about?",
        help_text="Choose up to five. A librarian adds what is missing.",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
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
            "topics": list(row.topics.values_list("pk", flat=True)) if row.pk else [],
        }

    def clean_topics(self) -> list[Topic]:
        """Refuse more than five."""
        topics = list(self.cleaned_data["topics"])
        if len(topics) > 5:
            raise forms.ValidationError(f"Choose five topics at most; you chose {len(topics)}")
        return topics

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
        return {"values": {name: self.cleaned_data[name] for name in names} | {"has_chosen_readers": True}}


FORMS_OF_PARTS: dict[str, type[AnswersForm]] = {"weight": WeightForm, "readers": ReadersForm}


class AttachmentForm(PortalForm):
    """A file that goes with a contribution."""

    file = forms.FileField(label="A PDF or a picture", help_text="PDF, PNG or JPEG, 10 MB at most.")
    description = PlainTextField(label="What does it show?", max_length=200)


class LinkForm(PortalForm):
    """A link to something that the portal holds."""

    kind = forms.ChoiceField(
        label="How do they belong together?",
        choices=[
            (RelationKind.SUPPORTS.value, "What I learned supports it"),
            (RelationKind.ADDS_TO.value, "What I learned adds detail to it"),
            (RelationKind.CONFLICTS.value, "What I learned conflicts with it"),
        ],
    )
    item = forms.IntegerField(widget=forms.HiddenInput)
