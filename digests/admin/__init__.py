"""The updates in the librarians' admin: runs with preview and steps, schedules, notes, imports to announce, readers."""

from digests.admin.notes import NoteAdmin
from digests.admin.readers import DigestAdmin, SubscriberAdmin
from digests.admin.runs import RunAdmin
from digests.admin.settings import ImportChoiceAdmin, ScheduleAdmin

__all__ = ["DigestAdmin", "ImportChoiceAdmin", "NoteAdmin", "RunAdmin", "ScheduleAdmin", "SubscriberAdmin"]
