"""The shelf for library and knowledge staff: techniques and learning by what one wants to do."""

from dataclasses import dataclass

from django.urls import reverse

from catalogue.cards import with_card_facts
from catalogue.models import Item
from catalogue.querysets import Reader
from learning_zone.choices import Need
from learning_zone.models import LearningResource

# Techniques by need, as key of their page and name. Know-how stands on the same line as this room, so they are named
# by address; a test holds them to the techniques that there are.
TECHNIQUES = {
    Need.SHARE: (
        ("randomised-coffee-trial", "Randomised coffee trial"),
        ("knowledge-cafe", "Knowledge café"),
        ("fishbowl", "Fishbowl"),
        ("peer-assist", "Peer assist"),
        ("community-of-practice", "Community of practice"),
    ),
    Need.KEEP: (
        ("knowledge-harvesting", "Knowledge harvesting"),
        ("retrospect", "Retrospect"),
        ("knowledge-asset", "Knowledge asset"),
    ),
    Need.FIND: (),
    Need.IMPACT: (
        ("after-action-review", "After action review"),
        ("storytelling", "Storytelling"),
        ("gallery-walk", "Gallery walk, or lessons wall"),
    ),
}


@dataclass(frozen=True)
class Technique:
    """The way to a technique and to its facilitator's sheet."""

    name: str
    url: str
    sheet_url: str


@dataclass(frozen=True)
class ShelfPart:
    """What serves one need."""

    label: str
    key: str
    techniques: list[Technique]
    resources: list[Item]


def shelf(user: Reader) -> list[ShelfPart]:
    """Return the parts of the shelf in their order. Two queries and the cards', however much stands on it."""
    on_it = list(LearningResource.objects.offered_to(user).exclude(needs=[]).order_by("title", "pk").for_cards())
    with_card_facts(on_it)
    return [
        ShelfPart(
            label=need.label,
            key=need.value,
            techniques=[
                Technique(name, reverse("knowledge:technique", args=[key]), reverse("knowledge:sheet", args=[key]))
                for key, name in TECHNIQUES[need]
            ],
            resources=[resource for resource in on_it if need in resource.needs],  # type: ignore[attr-defined]
        )
        for need in Need
    ]
