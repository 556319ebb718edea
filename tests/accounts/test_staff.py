"""Who is staff: by address, by a librarian's word, and no longer."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import services, staff
from accounts.models import Organisation, OrganisationDomain, User
from accounts.services import NotAllowed
from mail.models import OutboxMessage
from tests.factories import OrganisationFactory, UserFactory


@pytest.fixture
def trust(db: None) -> Organisation:
    return OrganisationFactory(name="Riverside Trust", domain="trust.example")


@pytest.fixture
def librarian(db: None) -> User:
    return UserFactory(librarian=True)


def test_only_the_exact_domain_of_a_confirmed_address_proves_anything(
    trust: Organisation, person: Callable[..., User]
) -> None:
    staff_of = {
        "ann@trust.example": trust,
        "bob@TRUST.example": trust,
        "cy@sub.trust.example": None,
        "di@trust.example.evil.example": None,
        "eve@nottrust.example": None,
    }
    for email, organisation in staff_of.items():
        user = staff.reassess(user=person(email))
        assert (user.organisation, user.is_member) == (organisation, organisation is not None), email
    assert staff.reassess(user=person("fay@trust.example", confirmed=False)).is_member is False


def test_an_organisation_that_is_no_longer_in_use_proves_nothing(
    trust: Organisation, person: Callable[..., User]
) -> None:
    user = staff.reassess(user=person("ann@trust.example"))
    trust.is_active = False
    trust.save()
    assert staff.reassess_people_of(organisation=trust) == 1
    user.refresh_from_db()
    assert (user.is_member, user.organisation) == (False, None)


def test_a_domain_entered_later_counts_at_once_and_at_the_next_sign_in(
    client: Client, person: Callable[..., User]
) -> None:
    trust = OrganisationFactory()
    first, second = person("ann@later.example"), person("bob@later.example")
    OrganisationDomain.objects.create(organisation=trust, domain="later.example")
    client.force_login(first)
    first.refresh_from_db()
    assert first.organisation == trust
    assert staff.reassess_people_of(organisation=trust) == 1
    second.refresh_from_db()
    assert second.is_member
    assert staff.reassess_people_of(organisation=trust) == 0
    trust.domains.all().delete()
    assert staff.reassess_people_of(organisation=trust) == 2
    second.refresh_from_db()
    assert (second.is_member, second.organisation) == (False, None)


def test_changing_the_address_takes_standing_along_or_away(
    client: Client, trust: Organisation, person: Callable[..., User]
) -> None:
    hospice = OrganisationFactory(name="Hospice", domain="hospice.example")
    user = staff.reassess(user=person("ann@trust.example"))
    assert user.organisation == trust
    for email, organisation in (("ann@hospice.example", hospice), ("ann@home.example", None)):
        address = EmailAddress.objects.create(user=user, email=email)
        client.post(f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/")
        user.refresh_from_db()
        assert (user.email, user.organisation) == (email, organisation)
    assert user.staff_since is None
    assert list(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == ["ann@home.example"]
    told = OutboxMessage.objects.filter(to="ann@hospice.example").last()
    assert told is not None
    assert "from ann@hospice.example to ann@home.example" in told.text


def test_an_approval_outlives_a_change_of_address_until_another_organisation_is_proved(
    trust: Organisation, librarian: User, person: Callable[..., User]
) -> None:
    charity = OrganisationFactory(name="Charity")
    user = services.approve_staff(user=person("ann@home.example"), organisation=charity, by=librarian)
    assert staff.reassess(user=user).organisation == charity
    EmailAddress.objects.filter(user=user).update(email="ann@trust.example")
    moved = staff.reassess(user=user)
    assert (moved.organisation, moved.staff_approved_by) == (trust, None)
    EmailAddress.objects.filter(user=user).update(email="ann@home.example")
    assert staff.reassess(user=user).is_member is False


def test_approval_tells_the_person_once(librarian: User, trust: Organisation) -> None:
    user = UserFactory(email="ann@home.example", staff_requested_at=timezone.now(), staff_request="Nurse")
    for _ in range(2):
        services.approve_staff(user=user, organisation=trust, by=librarian)
    user.refresh_from_db()
    assert (user.is_member, user.organisation, user.staff_approved_by) == (True, trust, librarian)
    message = OutboxMessage.objects.get(to="ann@home.example")
    assert "Riverside Trust" in message.text
    assert list(User.objects.waiting_for_approval()) == []


def test_taking_staff_access_away_ends_sessions_and_the_request(
    client: Client, librarian: User, trust: Organisation
) -> None:
    user = services.approve_staff(user=UserFactory(), organisation=trust, by=librarian)
    client.force_login(user)
    services.remove_staff(user=user, by=librarian)
    user.refresh_from_db()
    assert (user.is_member, user.organisation, user.staff_requested_at) == (False, None, None)
    assert client.get("/account/").status_code == 302


def test_who_may_not_approve_or_take_away(librarian: User, trust: Organisation) -> None:
    champion, reader = UserFactory(champion=True), UserFactory()
    with pytest.raises(NotAllowed, match="Only librarians"):
        services.approve_staff(user=reader, organisation=trust, by=champion)
    with pytest.raises(NotAllowed, match="Only librarians"):
        services.remove_staff(user=reader, by=champion)
    with pytest.raises(NotAllowed, match="Only an administrator"):
        services.remove_staff(user=UserFactory(administrator=True), by=librarian)
    trust.is_active = False
    trust.save()
    with pytest.raises(NotAllowed, match="no longer in use"):
        services.approve_staff(user=reader, organisation=trust, by=librarian)


@given(
    local=st.from_regex(r"[a-z0-9.+_-]{1,20}", fullmatch=True),
    domain=st.sampled_from(
        ["trust.example", "xtrust.example", "trust.example.x", "a.trust.example", "trust.exampl", "Trust.Example"]
    ),
)
def test_the_domain_is_what_stands_after_the_last_at_sign(local: str, domain: str) -> None:
    query = str(Organisation.objects.with_domain_of(f"{local}@{domain}").query)
    assert f" = {domain.lower()}" in query
