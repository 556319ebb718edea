"""A step: something done to one record or to a selection, after a page has asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User

# A step that touches more records than this holds its locks too long.
MOST_AT_ONCE = 1_000


def always(request: HttpRequest, record: Any) -> bool:
    """Offer the step on every record."""
    return True


@dataclass(frozen=True)
class Step:
    """One step.

    name: part of its address. label: on the button that leads to the question, as in "Archive…". question: the
    question's heading. button: on the button that answers yes. act: gets the records, the form's cleaned data and who
    does it; does all or nothing; returns the sentence to show. refusals: exceptions of `act` whose text is a sentence
    for the person. lead: what follows from it. form_class: what the question asks besides; built with `records` and
    `by` where `form_takes_records`. beside: a template that shows the one record while the question is asked. offered: on which records the page of one record shows it. in_bulk, on_one: where
    it is offered at all.
    """

    name: str
    label: str
    question: str
    button: str
    act: Callable[[Sequence[Any], Mapping[str, Any], User], str]
    refusals: tuple[type[Exception], ...] = ()
    lead: str = ""
    beside: str = ""
    form_class: type[forms.Form] = forms.Form
    form_takes_records: bool = False
    offered: Callable[[HttpRequest, Any], bool] = field(default=always)
    in_bulk: bool = True
    on_one: bool = True

    def make_form(self, request: HttpRequest, records: Sequence[Any], *, confirmed: bool) -> forms.Form:
        """Return the form of the question, bound where the person has answered."""
        extra: dict[str, Any] = {"records": records, "by": request.user} if self.form_takes_records else {}
        return self.form_class(request.POST if confirmed else None, prefix="confirm", **extra)

    def carry_out(self, form: forms.Form, records: Sequence[Any], by: User) -> str:
        """Do it and return the sentence to show, or "" after putting the refusal into the form."""
        try:
            return self.act(records, form.cleaned_data, by)
        except ValidationError as problem:
            form.add_error(None, problem)
        except self.refusals as problem:
            form.add_error(None, str(problem))
        return ""


def hidden_fields(request: HttpRequest, step: Step, number: int) -> list[tuple[str, str]]:
    """Return what the question carries along so that the list finds the same selection again.

    Of a selection across all pages one row stands for all; a thousand hidden fields would be refused.
    """
    across = request.POST.get("select_across", "0")
    ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
    return [
        ("action", step.name),
        ("confirmed", step.name),
        ("shown", str(number)),
        ("select_across", across),
        *((ACTION_CHECKBOX_NAME, key) for key in (ticked[:1] if across == "1" else ticked)),
    ]
