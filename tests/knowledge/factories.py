"""Rows of know-how for tests, made the way the portal makes them."""

import uuid
from typing import Any

from accounts.models import User
from knowledge.models import KnowHow, TechniqueTemplate
from knowledge.services.contributing import save_part, start, submit, tell
from knowledge.services.moderating import approve
from tests.factories import TopicFactory, UserFactory

TOLD = {
    "summary": "Put the walking aid within reach before the drug round.",
    "what_happened": "Two falls fewer in a month.",
    "context": "An older people’s ward, in spring.",
}
WRITTEN = {
    "title": "We moved the commode, not the patient",
    "summary": "Put the commode in reach before the drug round, not after.",
    "context": "An older people’s ward of 28 beds, March 2026.",
    "what_we_did": "We moved it.",
    "what_happened": "Fewer falls.",
    "outcome": "well",
    "basis": "team",
    "has_chosen_readers": True,
}
SESSION = {
    "expected": "A quiet night.",
    "actual": "Three falls.",
    "difference": "Aids out of reach.",
    "change": "Move them.",
}


def told(by: User | None = None, **changes: Any) -> KnowHow:
    """Return something that was just told and waits for the library team."""
    by = by or UserFactory(staff=True)
    return tell(by=by, key=uuid.uuid4(), has_promised=True, **{**TOLD, **changes})


def draft(by: User | None = None, technique: TechniqueTemplate | None = None, **values: Any) -> KnowHow:
    """Return a write-up with every answer that has to be given, not yet sent."""
    by = by or UserFactory(staff=True)
    knowhow = start(by=by, key=uuid.uuid4(), technique=technique)
    answers = SESSION if technique else {}
    return save_part(knowhow=knowhow, version=1, by=by, values={**WRITTEN, **values}, answers=answers)


def sent(by: User | None = None, technique: TechniqueTemplate | None = None, **values: Any) -> KnowHow:
    """Return a write-up that waits for the library team."""
    knowhow = draft(by, technique, **values)
    assert knowhow.owner is not None
    return submit(knowhow=knowhow, version=knowhow.version, by=knowhow.owner, has_promised=True)


def published(by: User | None = None, technique: TechniqueTemplate | None = None, **values: Any) -> KnowHow:
    """Return a published contribution, for signed-in staff unless `visibility` says otherwise."""
    knowhow = sent(by, technique, **values)
    librarian = UserFactory(librarian=True)
    return approve(
        knowhow=knowhow, version=knowhow.version, by=librarian, form=values.get("form", "tip"), topics=[TopicFactory()]
    )


def actions(knowhow: KnowHow) -> list[str]:
    """What was done to it, in order."""
    return list(knowhow.steps.in_order().values_list("action", flat=True))
