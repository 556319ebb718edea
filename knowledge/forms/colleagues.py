"""Forms by which colleagues answer, report, write to each other, and become champions."""

from django import forms

from design.forms import PortalForm
from knowledge.choices import Problem, Verdict
from knowledge.forms.fields import PlainTextField
from taxonomy.forms import TopicField


class ReplyForm(PortalForm):
    """An answer to the library team."""

    text = PlainTextField(label="Your answer", max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))


class DeclineForm(PortalForm):
    """Why an author does not agree."""

    note = PlainTextField(label="What is not right?", max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))


class ExperienceForm(PortalForm):
    """One tap, one line, where. The tap is the button that sends the form."""

    verdict = forms.ChoiceField(choices=Verdict.choices, label="What you would say")
    place = PlainTextField(
        label="Where was that?", help_text="Type of service, for example: community hospital ward.", max_length=120
    )
    line = PlainTextField(
        label="In one line, what did you see?",
        help_text="Needed unless it matched. No names of patients or staff.",
        max_length=280,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerForm(PortalForm):
    """A colleague's answer to a question, and where it comes from."""

    text = PlainTextField(
        label="Your answer",
        help_text="What do you do, and how does it work? No names of patients or staff.",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    place = PlainTextField(
        label="Where is that?", help_text="Type of service, for example: community hospital ward.", max_length=120
    )


class ReportForm(PortalForm):
    """A problem with an item."""

    problem = forms.ChoiceField(label="What is the problem?", choices=Problem.choices, widget=forms.RadioSelect)
    text = PlainTextField(
        label="Where is it, and what is wrong?",
        help_text="Do not repeat a name or number here: say where it stands.",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ContactForm(PortalForm):
    """A message to a colleague whose address stays hidden."""

    text = PlainTextField(label="Your message", max_length=2_000, widget=forms.Textarea(attrs={"rows": 6}))


class AskForm(PortalForm):
    """Asking to be a champion."""

    reason = PlainTextField(
        label="Why would you like to be a champion?", max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    team = PlainTextField(label="Your team", required=False, max_length=120)
    region = PlainTextField(label="Region or patch", required=False, max_length=120)


class ProfileForm(PortalForm):
    """What a champion covers."""

    about = PlainTextField(
        label="What can people ask you about?", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    team = PlainTextField(label="Your team", required=False, max_length=120)
    region = PlainTextField(label="Region or patch", required=False, max_length=120)
    topics = TopicField(required=False, widget=forms.SelectMultiple(attrs={"size": 8}))
    is_listed = forms.BooleanField(
        label="Show me in the directory of champions, to signed-in staff only", required=False
    )
