"""Filters of the list of learning."""

import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_pages import ConditionFilter
from catalogue.choices import Status
from learning_zone.choices import Verdict
from learning_zone.models import CourseRun

EXPIRING_WITHIN = datetime.timedelta(days=60)


class CareFilter(ConditionFilter):
    """What a librarian goes through to put right."""

    title = "what needs care"
    parameter_name = "care"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """What may need care."""
        today = timezone.localdate()
        runs = CourseRun.objects.filter(resource=OuterRef("pk"))
        coming = runs.filter(starts_at__gte=timezone.now(), is_cancelled=False)
        return [
            (
                "expiring",
                "Offered for 60 days more at most",
                Q(status=Status.PUBLISHED, expires_on__range=(today, today + EXPIRING_WITHIN)),
            ),
            ("expired", "Past its last day", Q(status=Status.PUBLISHED, expires_on__lt=today)),
            ("broken", "Broken link", Q(link_check__verdict__in=(Verdict.BROKEN, Verdict.REFUSED))),
            ("moved", "Link has moved", Q(link_check__verdict=Verdict.MOVED)),
            ("no-dates", "All dates have passed", Q(Exists(runs)) & ~Q(Exists(coming))),
            ("no-time", "No length given", Q(minutes=None)),
        ]
