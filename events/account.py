"""What events add to a person's account: their next events, and the copy of their data."""

from typing import Any

from accounts.models import User
from events.models import Booking, SignUp


def own_events(user: User) -> dict[str, Any]:
    """Return how many events the person has booked that are still to come, for the account page."""
    rows = Booking.objects.live().of(user).select_related("event")
    return {"number": sum(not row.event.is_over for row in rows)}


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Return all that the person booked and said, the latest first."""
    return {
        "bookings": [
            {
                "event": row.event.title,
                "starts": row.event.starts_at,
                "state": row.get_state_display(),
                "booked": row.created_at,
                "came": row.came,
                "feedback": row.feedback,
            }
            for row in Booking.objects.of(user).select_related("event").order_by("-created_at")
        ],
        "coffee_trials": [
            {
                "trial": part.trial.event.title,
                "clinical": part.is_clinical,
                "about": part.about,
                "answer": part.answer,
                "signed_up": part.created_at,
            }
            for part in SignUp.objects.filter(person=user).select_related("trial__event").order_by("-created_at")
        ],
    }
