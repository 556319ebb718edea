"""A mail server that really takes mail, a Monday morning, and a librarian who is signed in."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests import admin
from tests.digests.factories import MONDAY
from tests.mail.conftest import in_threads, mail_server

__all__ = ["in_threads", "mail_server"]


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """Let the test happen on a Monday morning."""
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def librarian(db: None) -> Client:
    """The browser of a librarian called Lib Rarian, with the rights of one."""
    return admin.signed_in(admin.librarian(name="Lib Rarian"))
