"""Every component in every state, for the style guide page and the tests of the look. All of it is invented."""

import datetime
from dataclasses import dataclass, field

from django import forms
from django.core.paginator import Page, Paginator

from design.cards import BAND_WORDS, CardFacts
from design.facets import ActiveFilter, Facet, Option
from design.forms import DateField, PortalForm
from design.notices import NOTICES


@dataclass(frozen=True)
class SampleTopic:
    """A topic as a card shows it."""

    name: str

    def get_absolute_url(self) -> str:
        """An address inside the page."""
        return "#cards"


@dataclass(frozen=True)
class SampleTopics:
    """The topics of an item."""

    names: tuple[str, ...]

    def all(self) -> list[SampleTopic]:
        """Return them."""
        return [SampleTopic(name) for name in self.names]


@dataclass
class SampleItem:
    """An item as a card shows it: see cards.CardItem."""

    title: str
    summary: str = ""
    kind_label: str = "Evidence"
    form_label: str = "Systematic review"
    standing: str = "not_appraised"
    standing_label: str = ""
    status: str = "published"
    year: int | None = 2026
    reviewed_at: datetime.date | None = datetime.date(2026, 3, 3)
    review_due: datetime.date | None = datetime.date(2029, 3, 3)
    is_past_review: bool = False
    is_demonstration: bool = False
    setting_labels: tuple[str, ...] = ()
    topics: SampleTopics = field(default_factory=lambda: SampleTopics(()))
    card_facts: CardFacts = field(default_factory=CardFacts)

    def get_absolute_url(self) -> str:
        """An address inside the page."""
        return "#cards"


def sample_items() -> list[SampleItem]:
    """Return an item in each state a card can be in."""
    return [
        SampleItem(
            title="Walking aids within reach of the bed: systematic review",
            summary="Keeping the aid in reach probably lowers the number of falls on older people's wards.",
            standing="moderate",
            is_demonstration=True,
            setting_labels=("Acute hospital", "Community"),
            topics=SampleTopics(("Falls", "Frailty")),
            card_facts=CardFacts(
                quality_words="Moderate certainty (GRADE)",
                publication_status="Peer reviewed",
                source="Example Journal of Ward Care",
                access="Free to read",
            ),
        ),
        SampleItem(
            title="Night-time drinks trolley: local guideline, third version",
            form_label="Local guideline or policy",
            summary="Who offers drinks at night, to whom, and what to write down.",
            review_due=datetime.date(2026, 1, 8),
            is_past_review=True,
            card_facts=CardFacts(publication_status="Not published outside the organisation"),
        ),
        SampleItem(
            title="A new dressing for heel ulcers: randomised controlled trial",
            form_label="Randomised controlled trial",
            summary="The trial reported faster healing. The journal has since retracted it.",
            standing="very_low",
            year=2021,
            reviewed_at=None,
            card_facts=CardFacts(
                quality_words="High risk of bias (RoB 2)", publication_status="Peer reviewed", is_retracted=True
            ),
        ),
        SampleItem(
            title="Text reminders and missed appointments",
            form_label="Cohort study",
            summary="Fewer appointments were missed in the clinics that sent reminders.",
            standing="low",
            reviewed_at=None,
            card_facts=CardFacts(is_preprint=True),
        ),
        SampleItem(
            title="How we halved the time to a first mobility check",
            kind_label="Know-how",
            form_label="After action review",
            summary="A checklist on the door worked better than one on the screen.",
            standing="confirmed",
            standing_label="Confirmed by someone else",
            status="superseded",
            year=None,
        ),
    ]


def sample_facets() -> list[Facet]:
    """Return a short filter with a choice made, a long one, and one that is closed."""
    topics = [
        "Falls",
        "Frailty",
        "Sepsis",
        "Pressure ulcers",
        "Delirium",
        "Nutrition",
        "Continence",
        "Dementia",
        "End of life care",
        "Discharge",
        "Virtual wards",
        "Pain",
        "Hydration",
        "Oral health",
        "Sleep",
        "Stroke",
    ]
    return [
        Facet(
            name="standing",
            label="Quality",
            options=[
                Option("high", "High", 12),
                Option("moderate", "Moderate", 35, selected=True),
                Option("low", "Low", 1204),
                Option("not_appraised", "Not checked yet", 0),
            ],
        ),
        Facet(
            name="topic",
            label="Topic",
            options=[
                Option(name.lower().replace(" ", "-"), name, 80 - 5 * place, selected=name == "Stroke")
                for place, name in enumerate(topics)
            ],
        ),
        Facet(name="setting", label="Setting", options=[Option("acute", "Acute hospital", 3)]),
    ]


def sample_filters() -> list[ActiveFilter]:
    """Return two filters that are on."""
    return [
        ActiveFilter(facet="Quality", label="Moderate", url="#finding"),
        ActiveFilter(facet="Topic", label="Stroke", url="#finding"),
    ]


def sample_page(number: int) -> Page[int]:
    """Return a page of a list of twelve pages."""
    return Paginator(range(120), 10).page(number)


class SampleForm(PortalForm):
    """One field of each kind."""

    name = forms.CharField(
        max_length=80, help_text="As colleagues know you.", error_messages={"required": "Enter your name"}
    )
    email = forms.EmailField(label="Work email address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    question = forms.CharField(
        label="What would you like to know?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Leave out anything that could identify a patient.",
    )
    reason = forms.ChoiceField(
        label="Reason for writing", choices=[("", "Choose a reason"), ("search", "Ask for an evidence search")]
    )
    urgency = forms.ChoiceField(
        label="When do you need it?",
        widget=forms.RadioSelect,
        choices=[("today", "Today"), ("week", "Within a week"), ("later", "Later")],
    )
    settings = forms.MultipleChoiceField(
        label="Where do you work?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("acute", "Acute hospital"), ("community", "Community")],
        help_text="Choose all that apply.",
    )
    needed_by = DateField(label="Needed by", help_text="For example, 27 3 2027")
    attachment = forms.FileField(label="Attach a file", required=False)
    agree = forms.BooleanField(label="I have left out anything that could identify a patient")


def unfilled_form() -> SampleForm:
    """Return the form with every error it can show at once."""
    typed = {"email": "someone at work", "question": "Which aid? " * 60, "needed_by_0": "31", "needed_by_1": "2"}
    return SampleForm(data={f"wrong-{name}": value for name, value in typed.items()}, prefix="wrong")


def style_guide_context() -> dict[str, object]:
    """Return what templates/style_guide.html shows."""
    form, wrong = SampleForm(), unfilled_form()
    wrong.is_valid()
    return {
        "bands": list(BAND_WORDS),
        "notices": list(NOTICES),
        "items": sample_items(),
        "facets": sample_facets(),
        "filters": sample_filters(),
        "page_one": sample_page(1),
        "page_six": sample_page(6),
        "sample_form": form,
        "wrong_form": wrong,
        "moment": datetime.datetime(2026, 7, 3, 13, 30, tzinfo=datetime.UTC),
        "day": datetime.date(2026, 3, 3),
        "counts": [3, 5, 4, 9, 12, 11, 18],
        "rows": [("Falls", 41), ("Sepsis", 18), ("Delirium", 7), ("Sleep", 0)],
        "facts": [("Authors", "Okafor A, Singh P"), ("Published", "9 April 2026"), ("Funder", "")],
    }
