"""Booking: places never run over, the waiting list moves up in order, kept places run out, everybody is told."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.choices import Visibility
from events.choices import BookingState, Running
from events.models import Booking, Event
from events.services import booking as services
from events.services import editing
from mail.models import OutboxMessage
from tests.admin import librarian, signed_in
from tests.events.factories import EventFactory, booked
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def subjects(address: str) -> list[str]:
    services.write_letters()
    return list(OutboxMessage.objects.filter(to=address).order_by("pk").values_list("subject", flat=True))


def link_to(address: str) -> str:
    services.write_letters()
    text = OutboxMessage.objects.filter(to=address).latest("pk").text
    found = re.search(r"/events/bookings/[^/\s]+/(?=\s|$)", text)
    assert found
    return found[0]


def test_one_press_books_and_a_second_changes_nothing() -> None:
    event, nurse = EventFactory(capacity=5), UserFactory(staff=True)
    client = signed_in(nurse)
    for _ in range(2):
        assert client.post(reverse("events:book", args=[event.pk])).status_code == 302
    assert [row.state for row in event.bookings.all()] == [BookingState.BOOKED]
    assert subjects(nurse.email) == [f"Your place: {event.title}"]
    page = client.get(event.get_absolute_url()).content.decode()
    assert "You have a place" in page
    assert event.join_url in page
    assert event.join_url not in Client().get(event.get_absolute_url()).content.decode()
    assert event.join_url not in signed_in(UserFactory(staff=True)).get(event.get_absolute_url()).content.decode()


def test_who_comes_after_the_last_place_waits_and_moves_up_in_order() -> None:
    event = EventFactory(capacity=1)
    first, second, third = (services.book(event=event, by=UserFactory()) for _ in range(3))
    assert [first.state, second.state, third.state] == ["booked", "waiting", "waiting"]
    services.cancel(booking=first)
    second.refresh_from_db()
    third.refresh_from_db()
    assert [second.state, third.state] == ["offered", "waiting"]
    assert second.held_until - timezone.now() > datetime.timedelta(hours=23)
    assert subjects(second.person.email)[-1] == f"A place is free for you: {event.title}"
    late = services.book(event=event, by=UserFactory())
    assert late.state == "waiting"
    assert services.accept(booking=second).state == "booked"
    assert services.accept(booking=second).state == "booked"


def test_an_offer_that_is_not_taken_goes_to_the_next_after_24_hours() -> None:
    event = EventFactory(capacity=1)
    first, second, third = (services.book(event=event, by=UserFactory()) for _ in range(3))
    services.cancel(booking=first)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=24, minutes=1), tick=False):
        assert services.sweep() == 1
        second.refresh_from_db()
        third.refresh_from_db()
        assert [second.state, third.state] == ["lapsed", "offered"]
        with pytest.raises(services.CannotBook, match="no longer kept for you"):
            services.accept(booking=second)
        again = services.book(event=event, by=second.person)
        assert (again.pk != second.pk, again.state) == (True, "waiting")
    assert services.sweep() == 0


def test_an_offer_never_outlives_the_start() -> None:
    event = EventFactory(capacity=1, starts_at=timezone.now() + datetime.timedelta(hours=3))
    first, second = (services.book(event=event, by=UserFactory()) for _ in range(2))
    services.cancel(booking=first)
    second.refresh_from_db()
    assert second.held_until == event.starts_at


def test_a_guest_keeps_a_place_for_half_an_hour_and_confirms_by_a_press() -> None:
    event = EventFactory(capacity=1)
    client = Client()
    data = {"name": "Ada", "email": "Ada@Mail.example", "website": "", "submission": ""}
    answer = client.post(reverse("events:book", args=[event.pk]), data)
    assert answer["Location"] == reverse("events:asked", args=[event.pk])
    assert services.book(event=event, by=UserFactory()).state == "waiting"
    link = link_to("ada@mail.example")
    assert "Not confirmed yet" in client.get(link).content.decode()
    guest = Booking.objects.get(name="Ada")
    assert guest.state == "unconfirmed"
    client.post(link, {"do": "confirm"})
    guest.refresh_from_db()
    assert guest.state == "booked"
    page = client.get(link).content.decode()
    assert event.join_url in page
    client.post(link, {"do": "cancel"})
    guest.refresh_from_db()
    assert guest.state == "cancelled"
    assert event.bookings.exclude(pk=guest.pk).get().state == "offered"


def test_after_half_an_hour_the_place_goes_to_others_and_the_link_leads_to_the_waiting_list() -> None:
    event = EventFactory(capacity=1)
    guest = services.book_as_guest(event=event, name="Ada", email="ada@mail.example")
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=31), tick=False):
        assert services.book(event=event, by=UserFactory()).state == "booked"
        assert services.confirm(booking=guest).state == "waiting"


def test_nobody_learns_from_the_page_who_has_booked() -> None:
    event, nurse = EventFactory(capacity=5), UserFactory(email="nurse@trust.example")
    services.book(event=event, by=nurse)
    answers = []
    for address in ("nurse@trust.example", "somebody@mail.example"):
        data = {"name": "Ada", "email": address, "website": "", "submission": ""}
        answers.append(Client().post(reverse("events:book", args=[event.pk]), data))
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert event.bookings.filter(person=nurse).count() == 1
    assert not event.bookings.filter(email="nurse@trust.example").exists()


def test_a_guest_who_signs_in_later_has_one_booking() -> None:
    event = EventFactory(capacity=2)
    services.book_as_guest(event=event, name="Ada", email="ada@mail.example")
    ada = UserFactory(email="ada@mail.example")
    assert services.book(event=event, by=ada).state == "booked"
    assert [(row.person, row.email, row.state) for row in event.bookings.all()] == [(ada, "", "booked")]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"booking": "none"}, "not booked here"),
        ({"booking": "elsewhere", "booking_url": "https://tickets.example"}, "not booked here"),
        ({"opens_at": timezone.now() + datetime.timedelta(hours=1)}, "booking opens"),
        ({"closes_at": timezone.now() - datetime.timedelta(hours=1)}, "booking closed"),
        ({"starts_at": timezone.now() - datetime.timedelta(minutes=5)}, "has begun"),
        ({"running": Running.CANCELLED}, "cancelled"),
        ({"running": Running.POSTPONED}, "postponed"),
    ],
)
def test_what_cannot_be_booked_says_why(fields: dict[str, Any], sentence: str) -> None:
    event = EventFactory(**fields)
    with pytest.raises(services.CannotBook, match=sentence):
        services.book(event=event, by=UserFactory())
    assert event.bookings.count() == 0


def test_guests_book_only_what_is_public_and_open_to_them() -> None:
    for event in (EventFactory(takes_guests=False), EventFactory(visibility=Visibility.MEMBERS)):
        assert Client().get(reverse("events:book", args=[event.pk])).status_code == 404
        with pytest.raises(services.CannotBook, match="Sign in"):
            services.book_as_guest(event=event, name="Ada", email="ada@mail.example")


def test_a_hidden_event_cannot_be_booked() -> None:
    event = EventFactory(visibility=Visibility.MEMBERS)
    assert signed_in(UserFactory()).post(reverse("events:book", args=[event.pk])).status_code == 404
    assert event.bookings.count() == 0


def test_the_trap_and_a_bad_address_are_told_and_nothing_is_lost() -> None:
    event = EventFactory()
    address = reverse("events:book", args=[event.pk])
    trapped = Client().post(address, {"name": "Ada", "email": "ada@mail.example", "website": "x"})
    assert trapped.status_code == 422
    assert 'value="Ada"' in trapped.content.decode()
    bad = Client().post(address, {"name": "Ada", "email": "nobody", "website": ""})
    assert bad.status_code == 422
    assert "<title>Error: " in bad.content.decode()
    assert "Enter an email address in the correct format" in bad.content.decode()
    assert event.bookings.count() == 0


def test_too_many_from_one_network_are_asked_to_wait(settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "book_as_guest": [(1, 60)]}
    event = EventFactory()
    address = reverse("events:book", args=[event.pk])
    codes = [
        Client().post(address, {"name": "A", "email": f"a{number}@mail.example", "website": ""}).status_code
        for number in range(2)
    ]
    assert codes == [302, 429]


def test_more_places_move_the_waiting_list_up() -> None:
    event = EventFactory(capacity=1)
    bookings = [services.book(event=event, by=UserFactory()) for _ in range(4)]
    before = editing.snapshot(event)
    event.capacity = 3
    event.save()
    editing.after_edit(event=event, before=before)
    assert [Booking.objects.get(pk=row.pk).state for row in bookings] == ["booked", "offered", "offered", "waiting"]


def test_cancelling_and_postponing_tell_everybody_who_booked_once() -> None:
    event = EventFactory(capacity=1)
    people = [UserFactory() for _ in range(2)]
    for person in people:
        services.book(event=event, by=person)
    gone = services.book(event=event, by=UserFactory())
    services.cancel(booking=gone)
    editing.call_off(event=event, running=Running.POSTPONED, note="The speaker is ill.", by=librarian())
    assert editing.send_notices() == 2
    assert editing.send_notices() == 0
    told = OutboxMessage.objects.filter(subject__startswith="Postponed")
    assert {message.to for message in told} == {person.email for person in people}
    assert "The speaker is ill." in told[0].text
    page = Client().get(event.get_absolute_url()).content.decode()
    assert "This event is postponed" in page
    event.refresh_from_db()
    before = editing.snapshot(event)
    event.starts_at += datetime.timedelta(days=7)
    event.ends_at += datetime.timedelta(days=7)
    event.save()
    editing.after_edit(event=event, before=before)
    editing.send_notices()
    event.refresh_from_db()
    assert (event.running, event.sequence) == (Running.ON, 2)
    assert OutboxMessage.objects.filter(subject__startswith="New date").count() == 2


def test_a_notice_whose_writing_was_cut_off_tells_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    event = EventFactory()
    for _ in range(3):
        services.book(event=event, by=UserFactory())
    editing.call_off(event=event, running=Running.CANCELLED, note="", by=librarian())
    written = editing.letters.write
    calls = []

    def dies_at_the_second(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        written(*args, **kwargs)

    monkeypatch.setattr(editing.letters, "write", dies_at_the_second)
    with pytest.raises(SystemExit):
        editing.send_notices()
    monkeypatch.undo()
    editing.send_notices()
    addresses = list(OutboxMessage.objects.filter(subject__startswith="Cancelled").values_list("to", flat=True))
    assert sorted(addresses) == sorted(row.person.email for row in event.bookings.select_related("person"))


def test_a_person_sees_their_own_bookings_only() -> None:
    mine, other = UserFactory(), UserFactory()
    booked(EventFactory(title="Mine to come"), mine)
    booked(EventFactory(title="Somebody else's"), other)
    page = signed_in(mine).get(reverse("events:mine")).content.decode()
    assert "Mine to come" in page
    assert "Somebody else" not in page


def test_a_forged_link_is_not_there() -> None:
    token = booked(EventFactory()).token
    assert Client().get(reverse("events:booking", args=[token])).status_code == 200
    assert Client().get(reverse("events:booking", args=[token[:-2] + "xx"])).status_code == 404
    assert Client().get(reverse("events:booking", args=["1"])).status_code == 404


def test_opening_a_link_changes_nothing() -> None:
    event = EventFactory(capacity=1)
    guest = services.book_as_guest(event=event, name="Ada", email="ada@mail.example")
    Client().get(reverse("events:booking", args=[guest.token]))
    assert Event.objects.get().bookings.get().state == "unconfirmed"


def test_who_leaves_the_waiting_list_is_not_told_of_a_place() -> None:
    event, person = EventFactory(capacity=1), UserFactory()
    services.book(event=event, by=UserFactory())
    services.book(event=event, by=person)
    client = Client()
    client.force_login(person)
    page = client.post(reverse("events:change", args=[event.pk]), {"do": "cancel"}, follow=True).content.decode()
    assert "You are off the waiting list." in page
    assert "Your place is given back." not in page


def test_a_guest_of_a_full_event_is_told_of_the_waiting_list() -> None:
    event = EventFactory(capacity=1)
    address = reverse("events:asked", args=[event.pk])
    assert "waiting list" not in Client().get(address).content.decode()
    services.book(event=event, by=UserFactory())
    assert "you join the waiting list" in Client().get(address).content.decode()


@pytest.mark.parametrize(("came", "words"), [(True, "You came"), (None, "This event is over")])
def test_afterwards_a_booking_speaks_of_what_is_past(came: bool | None, words: str) -> None:
    start = timezone.now() - datetime.timedelta(days=2)
    own = booked(EventFactory(starts_at=start), came=came)
    page = Client().get(reverse("events:booking", args=[own.token])).content.decode()
    assert words in page
    assert "You have a place" not in page
