"""Writing down the steps in the life of a contribution."""

from collections.abc import Iterable, Mapping

from accounts.models import User
from knowledge.models import KnowHow, Step


def record(
    *,
    knowhow: KnowHow,
    action: str,
    by: User | None,
    note: str = "",
    reasons: Iterable[str] = (),
    texts: Mapping[str, str] | None = None,
) -> Step:
    """Write down one step in the life of a contribution."""
    return Step.objects.create(
        knowhow=knowhow,
        action=action,
        by=by,
        note=note,
        reasons=list(reasons),
        version=knowhow.version,
        texts=dict(texts or {}),
    )
