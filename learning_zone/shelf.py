"""The shelf for library and knowledge staff: techniques and learning by what one wants to do."""

from dataclasses import dataclass

from catalogue.cards import with_card_facts
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.techniques import Technique, all_techniques
from learning_zone.choices import Need
from learning_zone.models import LearningResource

# The keys of the techniques that serve each need.
TECHNIQUES = {
    Need.SHARE: ("randomised-coffee-trial", "knowledge-cafe", "fishbowl", "peer-assist", "community-of-practice"),
    Need.KEEP: ("knowledge-harvesting", "retrospect", "knowledge-asset"),
    Need.FIND: (),
    Need.IMPACT: ("after-action-review", "storytelling", "gallery-walk"),
}


@dataclass(frozen=True)
class ShelfPart:
    """What serves one need."""

    label: str
    key: str
    techniques: list[Technique]
    resources: list[Item]


def shelf(user: Reader) -> list[ShelfPart]:
    """Return the parts of the shelf in their order. Three queries and the cards', however much stands on it."""
    on_it = list(LearningResource.objects.offered_to(user).exclude(needs=[]).order_by("title", "pk").for_cards())
    with_card_facts(on_it)
    known = all_techniques()
    return [
        ShelfPart(
            label=need.label,
            key=need.value,
            techniques=[known[key] for key in TECHNIQUES[need] if key in known],
            resources=[resource for resource in on_it if need in resource.needs],  # type: ignore[attr-defined]
        )
        for need in Need
    ]
