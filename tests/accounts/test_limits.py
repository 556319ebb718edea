"""Limits on how often: exact under a rush, by person or by network, and forgotten when their time is over."""

import datetime
import threading
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory

from accounts import limits
from accounts.models import Usage
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any) -> None:
    settings.RATE_LIMITS = {"test": [(3, 60), (4, 3_600)]}


def request_from(address: str, user: Any = None) -> HttpRequest:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    request.user = user or AnonymousUser()
    return request


def allowed(address: str = "192.0.2.1", user: Any = None) -> bool:
    return limits.within_limit(request_from(address, user), action="test")


def test_the_fourth_use_in_a_minute_is_refused_and_the_fifth_in_an_hour(db: None, time_machine: Any) -> None:
    start = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
    time_machine.move_to(start, tick=False)
    assert [allowed() for _ in range(4)] == [True, True, True, False]
    time_machine.move_to(start + datetime.timedelta(minutes=2), tick=False)
    assert allowed() is False, "four in this hour"
    time_machine.move_to(start + datetime.timedelta(minutes=61), tick=False)
    assert allowed() is True


def test_each_network_and_each_person_has_a_count_of_their_own(db: None) -> None:
    ann, bob = UserFactory(), UserFactory()
    for address, user in (
        ("192.0.2.1", None), ("192.0.2.2", None), ("192.0.2.1", ann), ("192.0.2.1", bob), ("", None),
    ):  # fmt: skip
        assert [allowed(address, user) for _ in range(4)] == [True, True, True, False]


def test_one_ipv6_network_is_one_network(db: None) -> None:
    answers = [allowed(address) for address in ("2001:db8::1", "2001:db8::2", "2001:db8::ffff:3", "2001:db8::4")]
    assert answers == [True, True, True, False]
    assert allowed("2001:db8:0:1::1") is True


def test_no_network_address_is_kept(db: None) -> None:
    allowed("192.0.2.77")
    assert Usage.objects.count() == 2
    assert not any("192.0.2" in key for key in Usage.objects.values_list("key", flat=True))


def test_past_counts_are_deleted(db: None, time_machine: Any) -> None:
    start = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
    time_machine.move_to(start, tick=False)
    allowed()
    time_machine.move_to(start + datetime.timedelta(minutes=2), tick=False)
    assert limits.forget_past() == 1
    assert Usage.objects.get().key.startswith("test:3600:")


@pytest.mark.django_db(transaction=True)
def test_a_rush_is_counted_right() -> None:
    answers: list[bool] = []
    barrier = threading.Barrier(12)

    def use() -> None:
        try:
            barrier.wait()
            answers.append(allowed())
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 9 + [True] * 3
