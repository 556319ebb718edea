"""A coffee trial from signing up to what came of it."""

import datetime
import random

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from catalogue.services import NotReady
from events.models import CoffeeTrial, SignUp
from events.services import coffee
from mail.models import OutboxMessage
from tests.admin import librarian, signed_in
from tests.events.factories import EventFactory
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def make_trial(*rules: str) -> CoffeeTrial:
    event = EventFactory(form="social", booking="none", ends_at=timezone.now() + datetime.timedelta(days=10))
    last_day = timezone.localdate() + datetime.timedelta(days=5)
    return CoffeeTrial.objects.create(event=event, sign_up_by=last_day, rules=list(rules))


def groups(trial: CoffeeTrial) -> list[list[SignUp]]:
    made: dict[int, list[SignUp]] = {}
    for part in trial.sign_ups.select_related("person"):
        made.setdefault(part.group, []).append(part)
    return list(made.values())


def test_people_sign_up_change_and_leave_on_the_page() -> None:
    trial, nurse = make_trial(), UserFactory(staff=True)
    client = signed_in(nurse)
    address = reverse("events:coffee", args=[trial.event_id])
    assert client.post(address, {"about": "Falls"}).status_code == 422
    client.post(address, {"is_clinical": "yes", "about": "Falls"})
    client.post(address, {"is_clinical": "no", "about": "Nights"})
    part = trial.sign_ups.get()
    assert (part.person, part.is_clinical, part.about) == (nurse, False, "Nights")
    assert "You are signed up" in client.get(trial.event.get_absolute_url()).content.decode()
    client.post(address, {"do": "leave"})
    assert trial.sign_ups.count() == 0


def test_after_the_last_day_nobody_signs_up() -> None:
    trial = make_trial()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=6), tick=False), pytest.raises(NotReady):
        coffee.sign_up(trial=trial, by=UserFactory(), is_clinical=True, about="")
    assert trial.sign_ups.count() == 0


def test_the_rules_are_kept_and_an_odd_number_makes_a_three() -> None:
    trial = make_trial("other_organisation", "mixed_work")
    first, second = OrganisationFactory(), OrganisationFactory()
    for number in range(7):
        person = UserFactory(organisation=first if number % 2 else second)
        coffee.sign_up(trial=trial, by=person, is_clinical=bool(number % 2), about="")
    coffee.pair(trial=trial, by=librarian(), rng=random.Random(3))
    sizes = sorted(len(group) for group in groups(trial))
    assert sizes == [2, 2, 3]
    for group in groups(trial):
        assert {part.is_clinical for part in group} == {True, False}
        assert len({part.person.organisation_id for part in group}) == 2


def test_who_met_before_does_not_meet_again_where_there_is_another() -> None:
    people = [UserFactory() for _ in range(4)]
    for _ in range(3):
        trial = make_trial("not_met")
        for person in people:
            coffee.sign_up(trial=trial, by=person, is_clinical=True, about="")
        coffee.pair(trial=trial, by=librarian())
        coffee.introduce(trial=trial, by=librarian())
    pairs = {
        frozenset(part.person_id for part in group) for trial in CoffeeTrial.objects.all() for group in groups(trial)
    }
    assert len(pairs) == 6


def test_introductions_go_once_and_two_weeks_later_one_question() -> None:
    trial, by = make_trial(), librarian()
    one, other = UserFactory(name="Comfort"), UserFactory(name="Gareth")
    coffee.sign_up(trial=trial, by=one, is_clinical=True, about="Night shifts")
    coffee.sign_up(trial=trial, by=other, is_clinical=False, about="")
    with pytest.raises(NotReady, match="Pair people first"):
        coffee.introduce(trial=trial, by=by)
    client = signed_in(by)
    client.post(reverse("admin:events_coffeetrial_pair", args=[trial.pk]), {})
    shown = client.get(reverse("admin:events_coffeetrial_change", args=[trial.pk])).content.decode()
    assert "Comfort" in shown
    assert client.post(reverse("admin:events_coffeetrial_introduce", args=[trial.pk]), {}).status_code == 302
    assert client.post(reverse("admin:events_coffeetrial_introduce", args=[trial.pk]), {}).status_code == 403
    told = OutboxMessage.objects.get(to=other.email)
    assert one.email in told.text
    assert "Night shifts" in told.text
    assert OutboxMessage.objects.filter(purpose="coffee trial").count() == 2
    with time_machine.travel(timezone.now() + coffee.ASK_AFTER, tick=False):
        assert coffee.ask_what_came() == 2
        assert coffee.ask_what_came() == 0
    address = reverse("events:coffee-answer", args=[trial.event_id])
    assert signed_in(UserFactory()).get(address).status_code == 404
    mine = signed_in(one)
    mine.post(address, {"answer": "We swap shifts for a day."})
    assert trial.sign_ups.get(person=one).answer == "We swap shifts for a day."
    assert reverse("knowledge:share") in mine.get(address).content.decode()
