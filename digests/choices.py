"""The lists of the room, and the names under which the outbox knows its messages."""

from django.db import models

from catalogue.choices import KindName

# What `mail` calls the messages of this room by.
COMPOSER = "digests"
PURPOSE = "update"
CONFIRMATION = "update-confirm"
LINK = "update-link"

# How often, at most, an item may be in somebody's mail: the numbers of `Follow.code`, which planning stores in bulk.
KIND_NUMBERS = {KindName.EVIDENCE: 1, KindName.KNOWHOW: 2, KindName.EVENT: 3, KindName.LEARNING: 4}


class Frequency(models.TextChoices):
    """How often somebody gets the mail."""

    DAILY = "daily", "Every day there is something new"
    WEEKLY = "weekly", "Once a week"
    FORTNIGHTLY = "fortnightly", "Every two weeks"
    MONTHLY = "monthly", "Once a month"


# As an adjective: "your weekly update".
ADJECTIVES = {
    Frequency.DAILY: "daily",
    Frequency.WEEKLY: "weekly",
    Frequency.FORTNIGHTLY: "fortnightly",
    Frequency.MONTHLY: "monthly",
}
# As what follows "one short email".
RHYTHMS = {
    Frequency.DAILY: "a day",
    Frequency.WEEKLY: "a week",
    Frequency.FORTNIGHTLY: "every two weeks",
    Frequency.MONTHLY: "a month",
}


class Reason(models.TextChoices):
    """Why an item is announced."""

    NEW = "new", "New"
    STANDING = "standing", "Confirmed, or its quality judged anew"
    SOON = "soon", "Takes place soon"


class Silence(models.TextChoices):
    """Why an item is known and not announced."""

    NONE = "", "Announced"
    OLD = "old", "It was there before"
    IMPORT = "import", "It came with an import"


class ImportRule(models.TextChoices):
    """Which records of an import are announced once they are published."""

    RECENT = "recent", "Those published in the last 12 months"
    ALL = "all", "All of them"
    NONE = "none", "None of them"


class RunState(models.TextChoices):
    """Where a run stands."""

    PLANNING = "planning", "Being put together"
    PLANNED = "planned", "Waiting to be released"
    RELEASED = "released", "Released"
    HELD = "held", "Held back"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"
    EXPIRED = "expired", "Too late to be of use"


class DigestState(models.TextChoices):
    """What became of one reader's part of a run."""

    EMPTY = "empty", "Nothing new: nothing sent"
    PLANNED = "planned", "Planned"
    QUEUED = "queued", "In the outbox"
    SENT = "sent", "Sent"
    UNSENT = "unsent", "Not sent"
