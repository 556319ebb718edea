"""Enquiries as the form makes them."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import permissions_of
from accounts.services import set_role
from enquiries import services
from enquiries.models import Enquiry
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def database(db: None) -> None:
    """Everything here is about rows."""


@pytest.fixture
def ask() -> Callable[..., Enquiry]:
    """Give a function that asks a question."""

    def make(**fields: Any) -> Enquiry:
        details = {
            "reason": "evidence_search",
            "question": "What prevents falls?",
            "name": "Ann Other",
            "email": "ann@mail.example",
        }
        return services.receive(**{**details, **fields})

    return make


@pytest.fixture
def librarian() -> User:
    """A librarian with the permissions of the role."""
    user = set_role(user=UserFactory(name="Lee Librarian"), role="librarian", by=None)
    user.groups.get().permissions.set(permissions_of("librarian"))
    return user
