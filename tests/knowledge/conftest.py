"""What tests of know-how share."""

from typing import Any

import pytest

from knowledge.models import TechniqueTemplate
from mail.models import OutboxMessage
from mail.querysets import OutboxQuerySet


@pytest.fixture
def review(db: None) -> TechniqueTemplate:
    """The after action review."""
    from knowledge.services.techniques import load_techniques

    load_techniques()
    return TechniqueTemplate.objects.current().get(key="after-action-review")


@pytest.fixture
def outbox(db: None, settings: Any) -> OutboxQuerySet:
    """The portal's own outbox, in place of the test runner's."""
    settings.EMAIL_BACKEND = "mail.backend.OutboxEmailBackend"
    return OutboxMessage.objects.all()
