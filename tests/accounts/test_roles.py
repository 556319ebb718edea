"""Roles: what follows from them, who may give them, and what ends when one shrinks."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts import services
from accounts.models import Role, User
from accounts.services import NotAllowed
from tests.factories import UserFactory

R, C, L, A = Role.READER, Role.CHAMPION, Role.LIBRARIAN, Role.ADMINISTRATOR

# (who gives, to whom, what) → allowed. Written by hand from docs: the oracle, not the code.
RULES = [
    (R, R, C, False), (C, R, C, False),
    (L, R, C, True), (L, C, R, True), (L, R, L, False), (L, R, A, False), (L, L, R, False), (L, A, R, False),
    (A, R, C, True), (A, R, L, True), (A, R, A, True), (A, L, R, True), (A, A, R, True), (A, L, A, True),
]  # fmt: skip


def make(role: str) -> User:
    return UserFactory(role=role)


@pytest.mark.parametrize(("giver", "owner", "role", "allowed"), RULES)
def test_who_may_give_which_role(db: None, giver: Role, owner: Role, role: Role, allowed: bool) -> None:
    by, user = make(giver), make(owner)
    if allowed:
        services.set_role(user=user, role=role, by=by)
    else:
        with pytest.raises(NotAllowed):
            services.set_role(user=user, role=role, by=by)
    user.refresh_from_db()
    assert user.role == (role if allowed else owner)


def test_flags_and_groups_follow_and_other_groups_stay(db: None) -> None:
    choir = Group.objects.create(name="Choir")
    user = make(R)
    user.groups.add(choir)
    by = make(A)
    for role, groups in ((L, {"Librarians"}), (A, {"Administrators"}), (C, {"Champions"}), (R, set())):
        user = services.set_role(user=user, role=role, by=by)
        assert set(user.groups.values_list("name", flat=True)) == {"Choir"} | groups
        assert (user.is_staff, user.is_superuser) == (role in {L, A}, role == A)


def test_losing_rights_ends_sessions_and_gaining_them_does_not(db: None, client: Client) -> None:
    user, by = make(L), make(A)
    client.force_login(user)
    services.set_role(user=user, role=A, by=by)
    assert client.get("/account/").status_code == 200
    services.set_role(user=user, role=L, by=by)
    assert client.get("/account/").status_code == 302


def test_the_last_administrator_stays_one(db: None) -> None:
    only = make(A)
    with pytest.raises(NotAllowed, match="only administrator"):
        services.set_role(user=only, role=R, by=only)
    UserFactory(administrator=True, is_active=False)
    with pytest.raises(NotAllowed, match="only administrator"):
        services.set_role(user=only, role=R, by=only)
    make(A)
    services.set_role(user=only, role=R, by=only)
    only.refresh_from_db()
    assert only.role == R


def test_a_role_that_does_not_exist_is_refused(db: None) -> None:
    with pytest.raises(NotAllowed, match="not a role"):
        services.set_role(user=make(R), role="emperor", by=make(A))


def test_a_command_may_give_any_role(db: None) -> None:
    assert services.set_role(user=make(R), role=A, by=None).is_superuser
