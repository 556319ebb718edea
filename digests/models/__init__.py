"""Who follows what, what is announced, and the runs that bring the two together."""

from digests.models.announcing import AnnounceBatch, Announcement, ImportChoice
from digests.models.following import Follow, SavedSearch, Subscriber
from digests.models.running import Digest, Note, Pulse, Run, Schedule, Shard

__all__ = [
    "AnnounceBatch",
    "Announcement",
    "Digest",
    "Follow",
    "ImportChoice",
    "Note",
    "Pulse",
    "Run",
    "SavedSearch",
    "Schedule",
    "Shard",
    "Subscriber",
]
