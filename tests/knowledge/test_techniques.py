"""Techniques are data: loading them keeps edits, and what was written keeps its version."""

import pytest

from knowledge.models import TechniqueTemplate
from knowledge.services.techniques import load_techniques, revise
from tests.factories import UserFactory
from tests.knowledge.factories import draft

pytestmark = pytest.mark.django_db


class TestTechniques:
    def test_loading_twice_changes_nothing_and_edits_stay(self, review: TechniqueTemplate) -> None:
        assert load_techniques() == 0
        revise(technique=review, words={"purpose": "Learn at once."}, by=UserFactory(librarian=True))
        assert load_techniques() == 0
        assert TechniqueTemplate.objects.current().get(key=review.key).purpose == "Learn at once."

    def test_what_was_written_keeps_its_version(self, review: TechniqueTemplate) -> None:
        item = draft(technique=review)
        prompts = [{"key": "only", "prompt": "Only this?", "help": "", "required": True}]
        new = revise(technique=review, words={"prompts": prompts}, by=UserFactory(librarian=True))
        item.refresh_from_db()
        assert item.technique == review
        assert (new.version, TechniqueTemplate.objects.current().get(key=review.key)) == (2, new)
