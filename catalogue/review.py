"""Where items stand in their review cycle."""

import datetime

from django.db.models import Q
from django.utils import timezone

from catalogue.choices import Status

# "Due soon": as far ahead as a librarian plans the reviews of a month and the next.
SOON_DAYS = 60


def review_conditions() -> dict[str, Q]:
    """Return, by name, where a published item can stand in its review cycle today."""
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=SOON_DAYS)
    published = Q(status=Status.PUBLISHED)
    return {
        "overdue": published & Q(review_due__lt=today),
        "soon": published & Q(review_due__range=(today, soon)),
        "later": published & Q(review_due__gt=soon),
        "none": published & Q(review_due__isnull=True),
    }
