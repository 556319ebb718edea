"""Coffee trials in the librarians' admin: the rules, the pairs, the introductions, the answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.admin_pages import CheckboxesField, PortalModelAdmin, Step
from accounts.models import User
from catalogue.services import NotReady
from events.choices import Rule
from events.models import CoffeeTrial, SignUp
from events.services import coffee


class CoffeeTrialForm(forms.ModelForm):
    """The rules as boxes to tick."""

    rules = CheckboxesField(
        label="Pair people",
        choices=Rule.choices,
        required=False,
        help_text="All that are ticked, where it can be done.",
    )


def pair(trials: Sequence[CoffeeTrial], answers: Mapping[str, Any], by: User) -> str:
    """Pair everybody."""
    number = coffee.pair(trial=trials[0], by=by)
    return f"{number} pairs. Look at them below; pair again for others."


def introduce(trials: Sequence[CoffeeTrial], answers: Mapping[str, Any], by: User) -> str:
    """Send the introductions."""
    return f"{coffee.introduce(trial=trials[0], by=by)} people are introduced by e-mail."


def is_before(request: HttpRequest, trial: CoffeeTrial) -> bool:
    """Offer the steps until people are introduced."""
    return trial.introduced_at is None


def is_paired(request: HttpRequest, trial: CoffeeTrial) -> bool:
    """Offer the introductions once there are pairs."""
    return trial.paired_at is not None and trial.introduced_at is None


PAIR = Step(
    name="pair",
    label="Pair people…",
    question="Pair everybody who signed up?",
    button="Pair",
    lead="By the rules above. Nobody is told yet; earlier pairs of this trial are made anew.",
    act=pair,
    refusals=(NotReady,),
    in_bulk=False,
    offered=is_before,
)
INTRODUCE = Step(
    name="introduce",
    label="Send the introductions…",
    question="Send the introductions?",
    button="Send",
    lead="Each person gets name, organisation and e-mail address of their partner. Two weeks later they are asked what came"
    " of it.",
    act=introduce,
    refusals=(NotReady,),
    in_bulk=False,
    offered=is_paired,
)


@admin.register(CoffeeTrial)
class CoffeeTrialAdmin(PortalModelAdmin):
    """Coffee trials."""

    form = CoffeeTrialForm
    list_display = ("event", "sign_up_by", "number_of_people", "paired_at", "introduced_at")
    list_select_related = ("event",)
    search_fields = ("event__title",)
    autocomplete_fields = ("event",)
    steps = (PAIR, INTRODUCE)
    fields = ("event", "sign_up_by", "rules", "paired_at", "introduced_at", "pairs")
    readonly_fields = ("paired_at", "introduced_at", "pairs")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A trial in which people take part stays."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.sign_ups.exists())

    @admin.display(description="signed up")
    def number_of_people(self, trial: CoffeeTrial) -> int:
        """How many people signed up."""
        return trial.sign_ups.count()

    @admin.display(description="who meets whom")
    def pairs(self, trial: CoffeeTrial) -> SafeString | str:
        """The pairs, those that break a rule marked; below each what came of it."""
        if trial.pk is None:
            return "–"
        groups: dict[int, list[SignUp]] = {}
        alone: list[SignUp] = []
        for part in trial.sign_ups.select_related("person", "person__organisation"):
            (alone if part.group is None else groups.setdefault(part.group, [])).append(part)
        met = coffee.met_before(trial) if Rule.NOT_MET in trial.rules else set()
        rows = [(group, coffee.broken_rules(group, rules=trial.rules, met=met)) for group in groups.values()]
        return render_to_string("admin/events/pairs.html", {"rows": rows, "alone": alone})
