"""The updates in the librarians' admin: runs with preview and steps, schedules, imports to announce, readers."""

from digests.admin.readers import DigestAdmin, SubscriberAdmin
from digests.admin.runs import RunAdmin
from digests.admin.settings import ImportChoiceAdmin, ScheduleAdmin

__all__ = ["DigestAdmin", "ImportChoiceAdmin", "RunAdmin", "ScheduleAdmin", "SubscriberAdmin"]
