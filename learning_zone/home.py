"""What the first page of the Learning Zone shows."""

from dataclasses import replace
from typing import Any

from django.db.models import Count

from catalogue.cards import with_card_facts
from catalogue.querysets import Reader
from learning_zone.choices import LEARNING_TYPES, TimeBand
from learning_zone.finding import Choices
from learning_zone.models import CourseRun, LearningResource, Path

SHOWN = 4


def home_context(user: Reader) -> dict[str, Any]:
    """Return the types with their numbers, what fits a quarter of an hour, the newest, paths and coming dates."""
    offered = LearningResource.objects.offered_to(user)
    numbers = dict(offered.order_by().values_list("form").annotate(number=Count("pk")))
    coming = CourseRun.objects.coming().filter(resource__in=offered.values("pk")).select_related("resource")
    return {
        "types": [
            (form.label, numbers[value], replace(Choices(), type=(value,)).url())
            for value, form in LEARNING_TYPES.items()
            if value in numbers
        ],
        "total": sum(numbers.values()),
        "times": [(band.label, replace(Choices(), time=(band.value,)).url()) for band in TimeBand],
        "quick": with_card_facts(offered.quick_wins().for_cards()[:SHOWN]),
        "newest": with_card_facts(offered.newest_first().for_cards()[:SHOWN]),
        "paths": Path.objects.shown_to(user)[:SHOWN],
        "coming": coming[:SHOWN],
    }
