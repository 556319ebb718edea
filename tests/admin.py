"""Signing in to the librarians' admin in tests."""

from typing import Any

from django.test import Client

from accounts.models import Role, User
from accounts.services import load_roles, set_role
from tests.factories import UserFactory


def librarian(**fields: Any) -> User:
    """Return a librarian with a librarian's permissions and no more."""
    return with_role(Role.LIBRARIAN, **fields)


def administrator(**fields: Any) -> User:
    """Return an administrator."""
    return with_role(Role.ADMINISTRATOR, **fields)


def with_role(role: str, **fields: Any) -> User:
    """Return a member of staff to whom the portal gave the role."""
    load_roles()
    user: User = UserFactory(staff=True, **fields)
    return set_role(user=user, role=role, by=None)


def signed_in(user: User) -> Client:
    """Return a client that this person signed in with."""
    client = Client()
    client.force_login(user)
    return client
