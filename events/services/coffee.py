"""Coffee trials: signing up, pairing, introducing, asking what came of it."""

import datetime
import random
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.services import NotReady
from events.choices import Rule
from events.models import CoffeeTrial, SignUp
from events.pairing import pair_up
from mail.links import portal_url
from mail.services import queue

PURPOSE = "coffee trial"
ASK_AFTER = datetime.timedelta(days=14)


@transaction.atomic
def sign_up(*, trial: CoffeeTrial, by: User, is_clinical: bool, about: str) -> SignUp:
    """Take part, or change what one said. Raises NotReady once it is too late."""
    trial = CoffeeTrial.objects.select_for_update().get(pk=trial.pk)
    if not trial.is_open:
        raise NotReady("Signing up for this coffee trial is over.")
    part, _ = SignUp.objects.update_or_create(
        trial=trial, person=by, defaults={"is_clinical": is_clinical, "about": about.strip()}
    )
    return part


@transaction.atomic
def leave(*, trial: CoffeeTrial, by: User) -> None:
    """Take part no longer. Raises NotReady once people are introduced."""
    trial = CoffeeTrial.objects.select_for_update().get(pk=trial.pk)
    if trial.introduced_at is not None:
        raise NotReady("Everybody has been introduced already. Write to your partner.")
    SignUp.objects.filter(trial=trial, person=by).delete()


@transaction.atomic
def pair(*, trial: CoffeeTrial, by: User, rng: random.Random | None = None) -> int:
    """Pair everybody by the trial's rules, anew each time until people are introduced; return how many groups.

    Raises NotReady with a sentence.
    """
    trial = _held(trial, by)
    if trial.introduced_at is not None:
        raise NotReady("Everybody has been introduced already.")
    people = list(trial.sign_ups.select_related("person").order_by("pk"))
    if len(people) < 2:
        raise NotReady("At least two people have to sign up.")
    met = met_before(trial) if Rule.NOT_MET in trial.rules else set()
    groups = pair_up(people, lambda one, other: fits(one, other, rules=trial.rules, met=met), rng=rng)
    for number, group in enumerate(groups, start=1):
        SignUp.objects.filter(pk__in=[part.pk for part in group]).update(group=number)
    trial.paired_at = timezone.now()
    trial.save(update_fields=["paired_at"])
    return len(groups)


def fits(one: SignUp, other: SignUp, *, rules: Sequence[str], met: set[frozenset[int]]) -> bool:
    """Whether two people may be paired by all of the rules. Who named no organisation is from no other one."""
    if Rule.OTHER_ORGANISATION in rules:
        first, second = one.person.organisation_id, other.person.organisation_id
        if first is None or second is None or first == second:
            return False
    if Rule.MIXED_WORK in rules and one.is_clinical == other.is_clinical:
        return False
    return frozenset((one.person_id, other.person_id)) not in met


def met_before(trial: CoffeeTrial) -> set[frozenset[int]]:
    """Return the pairs of people (keys) who were in one group of an earlier trial. One query."""
    groups: dict[tuple[int, int], list[int]] = {}
    rows = SignUp.objects.exclude(trial=trial).filter(group__isnull=False, trial__introduced_at__isnull=False)
    for trial_id, group, person_id in rows.values_list("trial_id", "group", "person_id"):
        groups.setdefault((trial_id, group or 0), []).append(person_id)
    return {frozenset((a, b)) for people in groups.values() for a in people for b in people if a < b}


def broken_rules(group: Sequence[SignUp], *, rules: Sequence[str], met: set[frozenset[int]]) -> bool:
    """Whether somebody of a group fits nobody of it."""
    return any(not any(fits(one, other, rules=rules, met=met) for other in group if other != one) for one in group)


@transaction.atomic
def introduce(*, trial: CoffeeTrial, by: User) -> int:
    """Send everybody their partner's name, address and words; return how many messages. Each is sent once.

    Raises NotReady with a sentence, also where somebody signed up after the pairing.
    """
    trial = _held(trial, by)
    if trial.introduced_at is not None:
        raise NotReady("Everybody has been introduced already.")
    parts = list(trial.sign_ups.select_related("person", "person__organisation"))
    if not parts or any(part.group is None for part in parts):
        raise NotReady("Pair people first: somebody has no partner yet.")
    for part in parts:
        partners = [other for other in parts if other.group == part.group and other.pk != part.pk]
        _write(part, trial, "coffee_introduction", f"Your coffee partner: {trial.event.title}", "intro", partners)
    trial.introduced_at = timezone.now()
    trial.save(update_fields=["introduced_at"])
    return len(parts)


def ask_what_came(*, at: datetime.datetime | None = None) -> int:
    """Ask everybody the one question two weeks after they were introduced; return how many messages were written."""
    moment = at or timezone.now()
    number = 0
    for trial in CoffeeTrial.objects.due_question(at=moment, after=ASK_AFTER).select_related("event"):
        for part in trial.sign_ups.filter(asked_at=None).select_related("person"):
            with transaction.atomic():
                if SignUp.objects.filter(pk=part.pk, asked_at=None).update(asked_at=moment):
                    _write(part, trial, "coffee_question", f"What came of your coffee? {trial.event.title}", "ask", [])
                    number += 1
        CoffeeTrial.objects.filter(pk=trial.pk).update(asked_at=moment)
    return number


@transaction.atomic
def answer(*, trial: CoffeeTrial, by: User, text: str) -> SignUp:
    """Keep what came of it; a later answer takes the place of an earlier one."""
    part = SignUp.objects.select_for_update().get(trial=trial, person=by)
    part.answer, part.answered_at = text.strip(), timezone.now()
    part.save(update_fields=["answer", "answered_at"])
    return part


def _held(trial: CoffeeTrial, by: User) -> CoffeeTrial:
    if not by.is_librarian:
        raise NotReady("Only librarians can do this.")
    return CoffeeTrial.objects.select_for_update(of=("self",)).select_related("event").get(pk=trial.pk)


def _write(part: SignUp, trial: CoffeeTrial, template: str, subject: str, key: str, partners: Sequence[SignUp]) -> None:
    values = {
        "part": part,
        "partners": partners,
        "event": trial.event,
        "answer_url": portal_url(reverse("events:coffee-answer", args=[trial.event_id])),
        "brand": settings.BRAND,
    }
    queue(
        to=part.person.email,
        subject=subject,
        text=render_to_string(f"events/email/{template}.txt", values).strip(),
        purpose=PURPOSE,
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        key=f"coffee.{trial.pk}.{part.pk}.{key}",
    )
