"""Forms by which know-how is written."""

from typing import Any

from django import forms

from accounts.models import User
from catalogue.choices import RelationKind
from design.forms import PortalForm
from knowledge.forms.fields import PlainTextField, text_field
from knowledge.models import TechniqueTemplate
from knowledge.querysets import TechniqueQuerySet
from knowledge.questions import COMMON

PROMISE = (
    ("no_patient", "I have removed anything that could identify a patient"),
    ("consent", "People I name have agreed to be named"),
    ("may_share", "I can share this"),
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


class BeginForm(PortalForm):
    """Begin a who's who card or a question."""

    key = forms.UUIDField(widget=forms.HiddenInput)


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
