"""Signing in to the admin, and its first page: what waits, what is due, and numbers that lead to their lists."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.asked.models import Search
from catalogue.choices import Status, Visibility
from digests.models import Pulse, Run
from enquiries.models import Enquiry
from evidence.models import Evidence
from tests.admin import administrator, librarian, signed_in
from tests.factories import AppraisalFactory, EvidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


@pytest.fixture
def desk() -> Client:
    return signed_in(librarian(name="Priya Raman"))


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


class TestSigningIn:
    def test_strangers_sign_in_on_the_portals_own_page_and_come_back(self) -> None:
        response = Client().get("/admin/evidence/evidence/", follow=True)
        assert response.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/admin/evidence/evidence/"

    @pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
    def test_never_leads_to_another_host(self, wanted: str) -> None:
        response = Client().get("/admin/login/", {"next": wanted})
        assert response["Location"] == f"{reverse('account_login')}?next=/admin/"

    def test_readers_and_champions_may_not_come_in(self) -> None:
        for user in (UserFactory(staff=True), UserFactory(champion=True)):
            assert signed_in(user).get(INDEX, follow=True).status_code == 403

    def test_librarians_and_administrators_may(self) -> None:
        for user in (librarian(), administrator()):
            assert signed_in(user).get(INDEX).status_code == 200

    def test_signing_out_takes_a_press_of_the_button(self, desk: Client) -> None:
        assert desk.get("/admin/logout/").status_code == 405
        assert desk.get(INDEX).status_code == 200
        assert desk.post("/admin/logout/")["Location"] == reverse("home")
        assert desk.get(INDEX).status_code == 302

    def test_passwords_are_changed_on_the_portals_own_page(self, desk: Client) -> None:
        assert desk.get("/admin/password_change/")["Location"] == reverse("account_change_password")


def test_a_new_portal_says_so(desk: Client) -> None:
    page = desk.get(INDEX).content.decode()
    for words in (
        "nothing waits",
        "No review falls due within 60 days.",
        "Nothing has been imported yet.",
        "Nothing is published yet.",
    ):
        assert words in page


def test_queues_say_how_long(desk: Client) -> None:
    Enquiry.objects.create(
        reference="Q-1",
        reason="general",
        question="Where?",
        name="A",
        email="a@mail.example",
        created_at=timezone.now() - datetime.timedelta(days=4),
    )
    UserFactory(staff_requested_at=timezone.now(), staff_request="Northbridge")
    Search.objects.create(words="tumbles", times=2, times_without=2, last_asked=timezone.localdate())
    dashboard = desk.get(INDEX).context["dashboard"]
    waiting = [(entry.number, entry.note) for entry in dashboard.waiting]
    assert waiting[:2] == [(1, "oldest: 4 days"), (1, "oldest: today")]
    assert [entry.number for entry in dashboard.waiting if entry.label == "Searches without a result"] == [1]


def test_updates_that_wait_or_are_not_looked_after_stand_on_the_first_page(desk: Client) -> None:
    Run.objects.create(
        frequency="weekly", period="2026-W48", sends_on=timezone.localdate(), state="planned", to_batch=1,
        expires_at=timezone.now() + datetime.timedelta(days=1),
    )  # fmt: skip
    answer = desk.get(INDEX)
    assert [entry.number for entry in answer.context["dashboard"].waiting if "updates" in entry.label] == [1]
    assert "No tick has come" in answer.content.decode()
    assert reverse("admin:digests_run_overview") in answer.content.decode()
    Pulse.objects.create(pk=1, ticked_at=timezone.now(), finished_at=timezone.now())
    assert "No tick has come" not in desk.get(INDEX).content.decode()


def world() -> None:
    """Evidence in every state that the page counts."""
    EvidenceFactory.create_batch(2, form="rct", review_due=in_days(-2))
    EvidenceFactory(form="guideline", review_due=in_days(10))
    EvidenceFactory(form="guideline", review_due=in_days(200))
    EvidenceFactory.create_batch(3, status=Status.DRAFT, published_at=None)
    EvidenceFactory(status=Status.SUBMITTED, published_at=None)
    AppraisalFactory(evidence=EvidenceFactory(form="report"), tool="grade", result="high", band="high")
    EvidenceFactory(visibility=Visibility.TEAM, title="Secret", review_due=in_days(-9))


def test_every_number_is_the_length_of_the_list_that_it_leads_to(desk: Client) -> None:
    world()
    page = desk.get(INDEX).content.decode()
    counted = re.findall(r'<a href="([^"]+)"[^>]*>(?:<span class="kp-tiles__number">)?(\d+)(?:</span>[^<]*)?</a>', page)
    assert len(counted) > 20
    for address, number in counted:
        response = desk.get(address.replace("&amp;", "&"))
        assert response.status_code == 200, address
        assert response.context["cl"].result_count == int(number), address


def test_numbers_leave_out_what_one_may_not_see(desk: Client) -> None:
    world()
    response = desk.get(INDEX)
    row = next(row for row in response.context["dashboard"].kinds if row.label == "Evidence")
    assert (row.submitted[0], row.drafts[0], row.overdue[0], row.soon[0]) == (1, 3, 2, 1)
    assert "Secret" not in response.content.decode()


def test_reviews_stand_in_order_with_what_can_be_done(desk: Client) -> None:
    later = EvidenceFactory(title="later", review_due=in_days(30))
    overdue = EvidenceFactory(title="overdue", review_due=in_days(-30), form="guideline")
    EvidenceFactory(title="far", review_due=in_days(90))
    response = desk.get(INDEX)
    assert [review.item.pk for review in response.context["dashboard"].reviews] == [overdue.pk, later.pk]
    address = dict(response.context["dashboard"].reviews[0].steps)["Still right"]
    assert desk.post(address)["Location"] == INDEX
    assert Evidence.objects.get(pk=overdue.pk).reviewed_at == timezone.localdate()
    assert [review.item.pk for review in desk.get(INDEX).context["dashboard"].reviews] == [later.pk]


def test_at_most_ten_reviews_are_listed(desk: Client) -> None:
    EvidenceFactory.create_batch(12, review_due=in_days(-1))
    assert len(desk.get(INDEX).context["dashboard"].reviews) == 10


@pytest.mark.parametrize("rounds", [1, 3])
def test_number_of_queries_does_not_grow(desk: Client, rounds: int) -> None:
    for _ in range(rounds):
        world()
    with CaptureQueriesContext(connection) as queries:
        desk.get(INDEX)
    assert len(queries) <= 20, [query["sql"][:120] for query in queries]


@pytest.mark.parametrize("who", [librarian, administrator])
def test_every_page_that_the_first_page_names_opens(who: Any) -> None:
    world()
    person: User = who()
    client = signed_in(person)
    page = client.get(INDEX).content.decode()
    addresses = set(re.findall(r'href="(/admin/[^"]*)"', page))
    assert len(addresses) > 15
    for address in addresses:
        response = client.get(address.replace("&amp;", "&"))
        assert response.status_code in {200, 302}, address
