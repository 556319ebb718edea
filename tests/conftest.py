"""What every test may count on: the rooms' vocabularies on demand, and no network beyond this machine."""

import os

import pytest
from hypothesis import HealthCheck, settings

# One slow example on a busy machine is not a defect; the number of examples bounds the time instead.
settings.register_profile("suite", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Playwright runs an event loop in the test's thread, in which Django would refuse its ordinary database calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def vocabulary(db: None) -> None:
    """Load the starting vocabulary."""
    from taxonomy.vocabulary import load_starting_vocabulary

    load_starting_vocabulary()
