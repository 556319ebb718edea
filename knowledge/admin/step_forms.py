"""What the steps of one contribution ask a librarian."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q

from accounts.admin_pages import ChooseMany, ChooseOne
from accounts.models import User
from catalogue import relations
from catalogue.models import Item, ItemTopic, Relation
from knowledge.choices import CARD, KNOWHOW_TYPES, Reason, Verdict
from knowledge.models import Answer, Experience, KnowHow, Report
from knowledge.questions import TITLE_LIMIT
from knowledge.services import experience
from taxonomy.forms import TopicField
from taxonomy.models import Topic

LINES = {"rows": 4, "class": "vLargeTextField"}


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
    form = forms.ChoiceField(label="Type")
    topics = TopicField(
        widget=ChooseMany(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Type a few letters and choose from the list. Broader topics follow by themselves.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = [(value, one.label) for value, one in KNOWHOW_TYPES.items() if (value == CARD) == self.knowhow.is_card]
        self.fields["form"].choices = types if self.knowhow.is_card else [("", "Choose a type"), *types]  # type: ignore[attr-defined]
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


class AnswerForm(OfOne):
    """Which answer to take away, and why."""

    answer = forms.ModelChoiceField(label="Answer", queryset=Answer.objects.none(), empty_label=None)
    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs=LINES), help_text="The author sees it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].queryset = self.knowhow.colleagues_answers.helpful_first()  # type: ignore[attr-defined]


class EvaluationForm(OfOne):
    """Which evaluation."""

    evaluation = forms.ModelChoiceField(
        label="Service evaluation, clinical audit or quality improvement report",
        queryset=Item.objects.none(),
        widget=ChooseOne(KnowHow._meta.get_field("evaluation"), admin.site),
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
