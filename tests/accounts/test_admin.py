"""People and organisations in the admin: rights change by steps, nobody sees a hash, nothing orphans content."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, OrganisationDomain, Role, User
from accounts.roles import GRANTS, permissions_of
from accounts.services import load_roles
from tests.admin import administrator, librarian, signed_in
from tests.factories import EvidenceFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def priya() -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def desk(priya: User) -> Client:
    return signed_in(priya)


def address(person: User, page: str = "change") -> str:
    return reverse(f"admin:accounts_user_{page}", args=[person.pk])


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def waiting(**fields: Any) -> User:
    person: User = UserFactory(staff_requested_at=timezone.now(), staff_request="Ward 5, Northbridge", **fields)
    return person


class TestRoles:
    @pytest.mark.parametrize("role", [role for role in Role if GRANTS[role]])
    def test_every_grant_names_something_that_exists(self, role: Role) -> None:
        """A grant for a room that is installed would else be a mistake that nobody notices."""
        codenames = {
            f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions_of(role)
        }
        for place, actions in GRANTS[role].items():
            app, _, model = place.partition(".")
            wanted = {f"{app}.{action}_{model}" for action in actions} if model else {f"{app}."}
            for name in wanted:
                assert any(codename.startswith(name) for codename in codenames), f"{place} names nothing"

    def test_loading_twice_changes_nothing_and_mends_what_was_changed(self, priya: User) -> None:
        load_roles()
        before = set(Group.objects.get(name="Librarians").permissions.all())
        Group.objects.get(name="Librarians").permissions.set(Permission.objects.all()[:3])
        priya.groups.clear()
        load_roles()
        assert set(Group.objects.get(name="Librarians").permissions.all()) == before
        assert {group.name for group in priya.groups.all()} == {"Librarians"}

    def test_a_librarian_may_not_delete_what_others_hang_on(self, priya: User) -> None:
        person = fresh(priya)
        assert person.has_perm("evidence.change_evidence")
        for name in (
            "accounts.delete_user",
            "accounts.delete_organisation",
            "taxonomy.delete_topic",
            "auth.change_group",
        ):
            assert not person.has_perm(name)


class TestPeople:
    def test_list_says_who_waits(self, desk: Client) -> None:
        person = waiting(email="new@mail.example")
        UserFactory(email="old@mail.example", staff=True)
        response = desk.get(PEOPLE, {"staff": "waiting"})
        assert [row.pk for row in response.context["cl"].result_list] == [person.pk]
        assert "Waiting for approval" in response.content.decode()

    @pytest.mark.parametrize("number", [1, 3])
    def test_number_of_queries_does_not_grow(self, desk: Client, number: int) -> None:
        UserFactory.create_batch(number, staff=True)
        with CaptureQueriesContext(connection) as queries:
            desk.get(PEOPLE)
        assert len(queries) <= 12, [query["sql"][:100] for query in queries]

    def test_nobody_sees_a_hash_or_changes_rights_by_the_form(self, desk: Client) -> None:
        person = UserFactory(name="Ines")
        page = desk.get(address(person)).content.decode()
        assert person.password not in page
        assert 'name="password"' not in page
        desk.post(
            address(person),
            {
                "name": "Inés Calder",
                "email": "evil@mail.example",
                "role": "administrator",
                "is_staff": "on",
                "is_superuser": "on",
                "is_active": "",
                "staff_since_0": "2026-01-01",
                "organisation": OrganisationFactory().pk,
                "password": "x",
            },
        )
        after = fresh(person)
        assert after.name == "Inés Calder"
        unchanged = (
            "email",
            "role",
            "is_staff",
            "is_superuser",
            "is_active",
            "staff_since",
            "organisation_id",
            "password",
        )
        assert all(getattr(after, name) == getattr(person, name) for name in unchanged)

    def test_approve_several_at_once(self, desk: Client, priya: User) -> None:
        trust = OrganisationFactory(name="Northbridge")
        people = [waiting(), waiting()]
        chosen = {"action": "approve", "_selected_action": [person.pk for person in people]}
        question = desk.post(PEOPLE, chosen)
        assert "You vouch that they work for" in question.content.decode()
        assert fresh(people[0]).staff_since is None
        desk.post(PEOPLE, {**chosen, "confirmed": "approve", "shown": "2", "confirm-organisation": trust.pk})
        for person in people:
            assert fresh(person).staff_since is not None
            assert (fresh(person).organisation, fresh(person).staff_approved_by) == (trust, priya)
        assert desk.get(PEOPLE, {"staff": "waiting"}).context["cl"].result_count == 0

    def test_approval_asks_for_an_organisation(self, desk: Client) -> None:
        person = waiting()
        response = desk.post(address(person, "approve"), {})
        assert response.status_code == 422
        assert "This field is required." in response.content.decode()
        assert fresh(person).staff_since is None

    def test_approval_proposes_the_organisation_of_the_address(self, desk: Client) -> None:
        trust = OrganisationFactory(domain="trust.example")
        form = desk.get(address(waiting(email="a@trust.example"), "approve")).context["form"]
        assert form.fields["organisation"].initial == trust

    def test_end_staff_access(self, desk: Client) -> None:
        person = UserFactory(staff=True)
        desk.post(address(person, "end-staff-access"))
        assert fresh(person).staff_since is None

    def test_a_librarian_makes_champions_and_no_librarians(self, desk: Client) -> None:
        person = UserFactory(staff=True)
        offered = desk.get(address(person, "role")).context["form"].fields["role"].choices
        assert [value for value, _ in offered] == ["reader", "champion"]
        assert desk.post(address(person, "role"), {"confirm-role": "librarian"}).status_code == 422
        assert fresh(person).role == Role.READER
        desk.post(address(person, "role"), {"confirm-role": "champion"})
        assert fresh(person).role == Role.CHAMPION

    def test_a_librarian_does_not_touch_an_administrator(self, desk: Client) -> None:
        boss = administrator()
        response = desk.post(address(boss, "role"), {"confirm-role": "reader"})
        assert response.status_code == 422
        assert "Only an administrator can change" in response.content.decode()
        assert fresh(boss).role == Role.ADMINISTRATOR

    def test_an_administrator_makes_librarians_but_stays_the_last(self) -> None:
        boss = administrator()
        office = signed_in(boss)
        person = UserFactory(staff=True)
        office.post(address(person, "role"), {"confirm-role": "librarian"})
        assert fresh(person).is_staff
        response = office.post(address(boss, "role"), {"confirm-role": "reader"})
        assert "This is the only administrator." in response.content.decode()
        assert fresh(boss).role == Role.ADMINISTRATOR

    def test_switching_off_ends_sessions_and_keeps_what_they_wrote(self, desk: Client) -> None:
        person = UserFactory(staff=True)
        record = EvidenceFactory(owner=person)
        theirs = signed_in(person)
        assert theirs.get(reverse("account_email")).status_code == 200
        desk.post(address(person, "switch-off"))
        assert not fresh(person).is_active
        assert theirs.get(reverse("account_email")).status_code == 302
        record.refresh_from_db()
        assert record.owner == person
        desk.post(address(person, "switch-on"))
        assert fresh(person).is_active

    def test_nobody_switches_off_themselves(self, desk: Client, priya: User) -> None:
        response = desk.post(address(priya, "switch-off"))
        assert "You cannot switch off your own account." in response.content.decode()
        assert fresh(priya).is_active

    def test_people_are_neither_added_nor_deleted_here(self, desk: Client) -> None:
        person = UserFactory()
        office = signed_in(administrator())
        for client in (desk, office):
            assert client.get(reverse("admin:accounts_user_add")).status_code == 403
            assert client.post(f"{PEOPLE}{person.pk}/delete/", {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=person.pk).exists()

    def test_groups_and_addresses_have_no_page(self) -> None:
        office = signed_in(administrator())
        for page in ("/admin/auth/group/", "/admin/account/emailaddress/"):
            assert office.get(page).status_code == 404


class TestOrganisations:
    def sent(self, **changed: Any) -> dict[str, Any]:
        return {
            "name": "Northbridge",
            "slug": "northbridge",
            "kind": "nhs_trust",
            "is_active": "on",
            "domains-TOTAL_FORMS": "2",
            "domains-INITIAL_FORMS": "0",
            "domains-0-domain": "northbridge.example",
            "domains-1-domain": "",
            **changed,
        }

    def test_made_with_its_domains(self, desk: Client) -> None:
        assert desk.post(reverse("admin:accounts_organisation_add"), self.sent()).status_code == 302
        assert [domain.domain for domain in Organisation.objects.get(slug="northbridge").domains.all()] == [
            "northbridge.example"
        ]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"name": ""}, "This field is required."),
            ({"domains-1-domain": "northbridge.example"}, "Please correct the duplicate"),
            ({"domains-0-domain": "Northbridge.Example"}, "domain"),
        ],
    )
    def test_refusals(self, desk: Client, changed: dict[str, Any], sentence: str) -> None:
        response = desk.post(reverse("admin:accounts_organisation_add"), self.sent(**changed))
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert not Organisation.objects.filter(slug="northbridge").exists()

    def test_a_domain_belongs_to_one_organisation(self, desk: Client) -> None:
        OrganisationFactory(domain="northbridge.example")
        response = desk.post(reverse("admin:accounts_organisation_add"), self.sent())
        assert response.status_code == 422
        assert OrganisationDomain.objects.count() == 1

    @pytest.mark.parametrize("number", [1, 3])
    def test_number_of_queries_does_not_grow(self, desk: Client, number: int) -> None:
        for place in range(number):
            UserFactory(organisation=OrganisationFactory(domain=f"d{place}.example"))
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("admin:accounts_organisation_changelist"))
        assert len(queries) <= 12, [query["sql"][:100] for query in queries]

    def test_not_deleted(self, desk: Client) -> None:
        trust = OrganisationFactory()
        for client in (desk, signed_in(administrator())):
            client.post(reverse("admin:accounts_organisation_delete", args=[trust.pk]), {"post": "yes"})
        assert Organisation.objects.filter(pk=trust.pk).exists()
