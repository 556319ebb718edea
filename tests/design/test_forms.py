"""Forms in the portal's look: names, hints, errors and the wiring between them."""

import datetime
from typing import Any

import pytest
from django import forms
from django.contrib.admin.helpers import AdminForm
from django.template import Context, Template

from design.forms import DateField, PortalForm, PortalFormMixin
from design.samples import SampleForm, unfilled_form
from tests.design.markup import Element, elements, only


def controls(html: str) -> list[Element]:
    """Every control that a person can fill in."""
    fields = [*elements(html, "input"), *elements(html, "textarea"), *elements(html, "select")]
    return [field for field in fields if field.get("type") != "hidden"]


@pytest.mark.parametrize("form", [SampleForm(), unfilled_form()])
def test_every_control_has_a_label_and_every_reference_leads_somewhere(form: SampleForm) -> None:
    html = str(form)
    ids = [element["id"] for element in elements(html) if element.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in elements(html, "label")}
    assert {control["id"] for control in controls(html)} <= labelled
    for element in elements(html):
        for reference in (element.get("aria-describedby") or "").split():
            assert reference in ids, reference


def test_hint_and_error_are_read_with_the_field_in_that_order() -> None:
    html = str(unfilled_form())
    name = only(html, "input", name="wrong-name")
    assert name["aria-describedby"] == "id_wrong-name_helptext id_wrong-name_error"
    assert name["aria-invalid"] == "true"
    assert "nhsuk-input--error" in name.classes
    assert only(html, id="id_wrong-name_error").words == "Error: Enter your name"
    question = only(html, "textarea")
    assert question["aria-describedby"].split()[-1] == "id_wrong-question-info"
    assert only(html, id="id_wrong-question-info").words == "You can enter up to 500 characters"


def test_a_groups_hint_and_error_belong_to_its_fieldset() -> None:
    html = str(unfilled_form())
    urgency = next(group for group in elements(html, "fieldset") if "When do you need it?" in group.words)
    assert urgency["aria-describedby"] == "id_wrong-urgency_error"
    assert [radio.get("aria-describedby") for radio in elements(html, "input", type="radio")] == [None] * 3
    assert [legend.words for legend in elements(html, "legend")] == [
        "When do you need it?",
        "Where do you work? (optional)",
        "Needed by",
    ]


def test_the_browser_neither_cuts_nor_refuses_what_is_typed() -> None:
    for control in controls(str(SampleForm())):
        assert control.get("maxlength") is None
        assert control.get("required") is None
        assert control.get("placeholder") is None
    assert only(str(SampleForm()), class_="nhsuk-character-count")["data-maxlength"] == "500"


def test_the_error_summary_leads_to_each_field_in_order() -> None:
    form = unfilled_form()
    html = Template("{% load components %}{% error_summary form %}{{ form }}").render(Context({"form": form}))
    summary = [
        (link["href"], link.words)
        for link in elements(html, "a")
        if "nhsuk-error-summary" in [name for parent in link.parents for name in parent.classes]
    ]
    assert summary == [
        ("#id_wrong-name", "Enter your name"),
        ("#id_wrong-email", "Enter an email address in the correct format, like name@example.com"),
        ("#id_wrong-password", "Enter password"),
        ("#id_wrong-question", "Your answer must be 500 characters or fewer; it has 659"),
        ("#id_wrong-reason", "Select reason for writing"),
        ("#id_wrong-urgency_0", "Answer the question: When do you need it?"),
        ("#id_wrong-needed_by_0", "The date must include a year"),
        ("#id_wrong-agree", "Tick the box: I have left out anything that could identify a patient"),
    ]
    ids = {element.get("id") for element in elements(html)}
    assert {href.removeprefix("#") for href, _ in summary} <= ids


class Parting(PortalForm):
    first = forms.DateField(required=False)
    last = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("The two do not go together")


def test_an_error_of_the_whole_form_stands_in_the_summary_without_a_link() -> None:
    html = Template("{% load components %}{% error_summary form %}").render(Context({"form": Parting({})}))
    assert [item.words for item in elements(html, "li")] == ["The two do not go together"]
    assert elements(html, "a") == []


@pytest.mark.parametrize("form", [None, SampleForm(), Parting])
def test_no_summary_without_errors(form: Any) -> None:
    context = Context({} if form is Parting else {"form": form})
    assert Template("{% load components %}{% error_summary form %}").render(context).strip() == ""


def test_what_was_typed_is_kept() -> None:
    html = str(unfilled_form())
    assert only(html, "input", name="wrong-email")["value"] == "someone at work"
    assert [part.get("value") for part in elements(html, "input", class_="nhsuk-date-input__input")] == ["31", "2", ""]


def test_optional_fields_say_so_unless_the_form_has_no_others() -> None:
    class Search(PortalForm):
        marks_optional = False
        year = forms.CharField(required=False)

    assert only(str(Search()), "label").words == "Year"
    assert "Attach a file (optional)" in [label.words for label in elements(str(SampleForm()), "label")]


# --- Dates ---


class Day(PortalForm):
    day = DateField(label="Review date")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("", "", ""), "Enter review date"),
        (("31", "2", "2026"), "The date must be a real day, like 27 3 2026"),
        (("3", "March", "2026"), "The date must be a real day, like 27 3 2026"),
        (("3", "3", "26"), "The year must have four digits, like 2026"),
        (("3", "", ""), "The date must include a month and a year"),
        (("²", "3", "2026"), "The date must be a real day, like 27 3 2026"),
        (("3", "3", "9" * 5000), "The date must be a real day, like 27 3 2026"),
    ],
)
def test_a_date_that_cannot_be_is_refused_in_words(parts: tuple[str, str, str], message: str) -> None:
    form = Day({f"day_{place}": part for place, part in enumerate(parts)})
    assert form.errors == {"day": [message]}


def test_a_date_is_read_from_its_parts_and_shown_in_them() -> None:
    form = Day({"day_0": " 3", "day_1": "03", "day_2": "2026"})
    assert form.is_valid()
    assert form.cleaned_data == {"day": datetime.date(2026, 3, 3)}
    shown = str(Day(initial={"day": datetime.date(2026, 3, 9)}))
    assert [part["value"] for part in elements(shown, "input")] == ["9", "3", "2026"]


def test_an_optional_date_may_be_left_blank() -> None:
    class Maybe(PortalForm):
        day = DateField(required=False)

    form = Maybe({"day_0": "", "day_1": "", "day_2": ""})
    assert form.is_valid()
    assert form.cleaned_data == {"day": None}


# --- Messages ---


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (forms.CharField(label="Your name"), "Enter your name"),
        (forms.CharField(label="DOI or PMID"), "Enter DOI or PMID"),
        (forms.CharField(label="What happened?"), "Answer the question: What happened?"),
        (forms.ChoiceField(label="Type of evidence", choices=[("a", "A")]), "Select type of evidence"),
        (forms.FileField(label="Full text"), "Choose a file for full text"),
        (forms.BooleanField(label="I agree"), "Tick the box: I agree"),
        (forms.CharField(label="Name", error_messages={"required": "Who are you?"}), "Who are you?"),
    ],
)
def test_an_empty_field_is_answered_with_what_to_do(field: forms.Field, message: str) -> None:
    form = type("OneField", (PortalForm,), {"field": field})({})
    assert form.errors == {"field": [message]}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("-1", "Hours must be 0 or more"),
        ("10000", "Hours must be 1000 or less"),
        ("a while", "Hours must be a whole number"),
    ],
)
def test_a_number_out_of_bounds_is_answered_by_its_name(typed: str, message: str) -> None:
    field = forms.IntegerField(label="Hours", min_value=0, max_value=1_000)
    assert type("OneField", (PortalForm,), {"field": field})({"field": typed}).errors == {"field": [message]}


# --- Forms of other apps ---


class Foreign(forms.Form):
    login = forms.EmailField(
        widget=forms.EmailInput(attrs={"placeholder": "Email address"}), help_text="<b>At work</b>"
    )
    next = forms.CharField(widget=forms.HiddenInput)


def test_a_form_that_another_app_defined_is_drawn_alike_and_left_as_it_was() -> None:
    form = Foreign({"login": "nobody", "next": "/x/"})
    html = Template("{% load components %}{% error_summary form %}{% form_fields form %}").render(
        Context({"form": form})
    )
    login = only(html, "input", name="login")
    assert {"nhsuk-input", "nhsuk-input--error"} <= set(login.classes)
    assert login["aria-describedby"] == "id_login_helptext id_login_error"
    assert login.get("placeholder") is None
    assert only(html, "input", name="next")["type"] == "hidden"
    assert only(html, "a")["href"] == "#id_login"
    assert "nhsuk" not in str(form)


def test_the_admins_forms_keep_their_own_look() -> None:
    class Stock(forms.Form):
        title = forms.CharField()

    line = next(iter(next(iter(AdminForm(Stock(), [(None, {"fields": ["title"]})], {})))))
    assert [str(field.field) for field in line] == ['<input type="text" name="title" required id="id_title">']


def test_the_mixin_gives_the_look_to_any_form_class() -> None:
    class Ours(PortalFormMixin, Foreign):
        pass

    assert "nhsuk-input" in only(str(Ours()), "input", name="login").classes
    assert Ours({}).errors["login"] == ["Enter login"]
