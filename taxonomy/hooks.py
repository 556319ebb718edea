"""Where higher rooms say what must follow a change of the vocabulary; they register in AppConfig.ready."""

from collections.abc import Callable

_after_hierarchy_change: list[Callable[[], None]] = []


def on_hierarchy_change(follow: Callable[[], None]) -> None:
    """Call `follow`, without arguments and inside the transaction, whenever broader and narrower have changed."""
    if follow not in _after_hierarchy_change:
        _after_hierarchy_change.append(follow)


def hierarchy_changed() -> None:
    """Tell the rooms that registered."""
    for follow in _after_hierarchy_change:
        follow()
