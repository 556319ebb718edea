"""What learning adds to a person's account: the way to their record, the copy of their data, what goes with them."""

from typing import Any

from accounts.models import User
from learning_zone.models import LearningRecord


def own_learning(user: User) -> dict[str, Any]:
    """Return how much the person recorded, for the account page."""
    return {"number": LearningRecord.objects.of(user).count()}


def export(user: User) -> list[dict[str, Any]]:
    """Return all that the person recorded, the latest change first."""
    return [
        {
            "title": row.title,
            "provider": row.provider,
            "state": row.get_state_display(),
            "done_on": row.done_on,
            "minutes": row.minutes,
            "participatory_minutes": row.participatory_minutes,
            "method": row.get_method_display(),
            "reflection": row.reflection,
            "code_themes": row.theme_labels,
            "recorded": row.created_at,
            "changed": row.updated_at,
        }
        for row in LearningRecord.objects.of(user).order_by("-updated_at", "-pk")
    ]


def forget(user: User) -> None:
    """Take the whole record away: it is about the person alone."""
    LearningRecord.objects.of(user).delete()
