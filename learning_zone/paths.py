"""A path as one reader sees it: the items that they may see, and how far they have come."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from catalogue.cards import with_card_facts
from catalogue.models import Item
from catalogue.querysets import Reader
from learning_zone.choices import RecordState
from learning_zone.models import LearningRecord, Path, PathStep


@dataclass(frozen=True)
class ShownStep:
    """One step, its item, and where the reader stands with it ("" where they have not begun)."""

    item: Item
    note: str
    state: str

    @property
    def is_done(self) -> bool:
        """True once the reader has done it."""
        return self.state == RecordState.DONE


@dataclass(frozen=True)
class ShownPath:
    """A path with its steps in order."""

    path: Path
    steps: list[ShownStep]

    @property
    def done(self) -> int:
        """How many steps the reader has done."""
        return sum(step.is_done for step in self.steps)

    @property
    def next_step(self) -> ShownStep | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.is_done), None)


def shown_paths(paths: Iterable[Path], user: Reader) -> list[ShownPath]:
    """Return the paths for this reader, steps they may not see left out. A constant number of queries."""
    paths = list(paths)
    rows = list(PathStep.objects.filter(path__in=paths).order_by("position", "pk"))
    keys = {row.item_id for row in rows}
    items = {item.pk: item for item in with_card_facts(Item.objects.listed_to(user).filter(pk__in=keys).for_cards())}
    states = states_of(user, items)
    return [
        ShownPath(
            path,
            [
                ShownStep(items[row.item_id], row.note, states.get(row.item_id, ""))
                for row in rows
                if row.path_id == path.pk and row.item_id in items
            ],
        )
        for path in paths
    ]


def states_of(user: Reader, item_ids: Iterable[int]) -> dict[int, str]:
    """Return where the reader stands with these items: done counts, whatever else there is."""
    if not isinstance(user, User):
        return {}
    found: dict[int, str] = {}
    for item_id, state in LearningRecord.objects.of(user).filter(item__in=list(item_ids)).values_list("item", "state"):
        if found.get(item_id) != RecordState.DONE:
            found[item_id] = state
    return found
