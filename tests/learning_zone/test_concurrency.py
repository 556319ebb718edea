"""Real threads on a real database: what is told twice at once is one entry."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from catalogue.attendance import attended
from catalogue.models import Item
from learning_zone.models import LearningRecord
from learning_zone.services.recording import save_for_later, start
from tests.factories import UserFactory
from tests.learning_zone.factories import LearningFactory, done

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def test_an_event_attended_once_is_one_entry_however_often_it_is_told_at_once() -> None:
    item = Item.objects.get(pk=LearningFactory(title="A session").pk)
    nurse, doctor = UserFactory(staff=True), UserFactory(staff=True)

    def tell(person: User) -> None:
        try:
            attended(person=person, item=item, on=timezone.localdate(), minutes=45, participatory=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(tell, [nurse, doctor] * (AT_ONCE // 2)))
    for person in (nurse, doctor):
        record = LearningRecord.objects.of(person).get()
        assert (record.minutes, record.participatory_minutes) == (45, 45)


def test_saved_and_started_at_once_it_is_one_entry_that_is_started() -> None:
    resource, nurse = LearningFactory(), UserFactory(staff=True)

    def press(number: int) -> None:
        try:
            (start if number % 2 else save_for_later)(resource=resource, by=nurse)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(press, range(AT_ONCE)))
    assert LearningRecord.objects.of(nurse).get().state == "started"


def test_one_form_sent_at_once_from_two_clicks_is_one_entry() -> None:
    resource, nurse = LearningFactory(), UserFactory(staff=True)

    def send(number: int) -> None:
        try:
            done(nurse, resource)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, range(AT_ONCE)))
    assert LearningRecord.objects.of(nurse).get().minutes == 30
