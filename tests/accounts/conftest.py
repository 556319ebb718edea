"""People as signing up makes them: with an address that allauth knows, confirmed or not."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from tests.factories import UserFactory

PASSWORD = "correct horse battery"


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Give a function that makes a person with an address that is confirmed unless it says otherwise."""

    def make(email: str = "ann@mail.example", *, confirmed: bool = True, **fields: object) -> User:
        user: User = UserFactory(email=email, **fields)
        EmailAddress.objects.create(user=user, email=email, verified=confirmed, primary=True)
        return user

    return make
