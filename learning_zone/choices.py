"""Lists of the Learning Zone. Source: the project's domain research, section 6.2; the NMC's lists where named."""

from django.db import models

from catalogue.choices import FormGroup
from catalogue.kinds import Form

LEARNING = FormGroup.LEARNING

# The types. Those that other kinds have too carry names of their own: the search filters all kinds by one list.
LEARNING_TYPES = {
    "course": Form("Course", LEARNING),
    "elearning": Form("E-learning programme", LEARNING),
    "recorded_webinar": Form("Recorded webinar", LEARNING),
    "training_workshop": Form("Training workshop", LEARNING),
    "podcast": Form("Podcast", LEARNING),
    "reading": Form("Reading or guide", LEARNING),
    "toolkit": Form("Toolkit", LEARNING),
    "journal_club": Form("Journal club", LEARNING),
    "coaching": Form("Coaching or mentoring", LEARNING),
    "secondment": Form("Secondment or shadowing", LEARNING),
    "qualification": Form("Qualification", LEARNING),
    "other_opportunity": Form("Other opportunity", LEARNING),
}
# Months until the next review: courses change their dates and links more often than what is written down.
REVIEW_MONTHS = {"": 12, "recorded_webinar": 24, "reading": 24, "toolkit": 24}


class Level(models.TextChoices):
    """What a person should know before."""

    INTRODUCTION = "introduction", "Introduction"
    WORKING = "working", "Working knowledge"
    ADVANCED = "advanced", "Advanced"


class Format(models.TextChoices):
    """How the learning happens."""

    LIVE_ONLINE = "live_online", "Live online"
    SELF_PACED = "self_paced", "Self-paced online"
    IN_PERSON = "in_person", "In person"
    BLENDED = "blended", "Blended"
    AUDIO = "audio", "Audio"
    READING = "reading", "Reading"


class Access(models.TextChoices):
    """What it takes to get in."""

    OPEN = "open", "Open to all"
    ACCOUNT = "account", "Free with an account"
    ATHENS = "athens", "NHS login or Athens"
    ORGANISATION = "organisation", "My organisation only"
    PAID = "paid", "Paid"


class Cost(models.TextChoices):
    """What it costs a person."""

    FREE = "free", "Free"
    UNDER_50 = "under_50", "Under £50"
    TO_250 = "50_to_250", "£50 to £250"
    OVER_250 = "over_250", "Over £250"
    FUNDED = "funded", "Funded places"


class Need(models.TextChoices):
    """What library and knowledge staff want to do: the parts of their shelf."""

    SHARE = "share", "Share what works"
    KEEP = "keep", "Keep know-how when people leave"
    FIND = "find", "Find and summarise evidence"
    IMPACT = "impact", "Show impact"


class TimeBand(models.TextChoices):
    """How much time a person has, in minutes: what takes no longer."""

    QUARTER = "15", "15 minutes"
    HALF_HOUR = "30", "30 minutes"
    HOUR = "60", "1 hour"
    HALF_DAY = "240", "Half a day"


class RecordState(models.TextChoices):
    """Where a person stands with a piece of learning."""

    SAVED = "saved", "Saved for later"
    STARTED = "started", "Started"
    DONE = "done", "Done"


class Method(models.TextChoices):
    """How a person learned. Source of the examples: the NMC's guidance on continuing professional development."""

    ONLINE = "online", "Online learning"
    COURSE = "course", "Course attendance"
    READING = "reading", "Independent reading"
    CONFERENCE = "conference", "Conference or event"
    WORKSHOP = "workshop", "Workshop or training"
    GROUP = "group", "Group or practice meeting"
    COACHING = "coaching", "Coaching or mentoring"
    SHADOWING = "shadowing", "Shadowing or structured visit"
    PEER_REVIEW = "peer_review", "Peer review"
    OTHER = "other", "Another method"


class CodeTheme(models.TextChoices):
    """The four themes of the NMC Code."""

    PEOPLE = "people", "Prioritise people"
    EFFECTIVE = "effective", "Practise effectively"
    SAFETY = "safety", "Preserve safety"
    TRUST = "trust", "Promote professionalism and trust"


# How each type of learning is usually done; what is not named here is online learning.
METHOD_OF_TYPE = {
    "course": Method.COURSE,
    "training_workshop": Method.WORKSHOP,
    "reading": Method.READING,
    "toolkit": Method.READING,
    "journal_club": Method.GROUP,
    "coaching": Method.COACHING,
    "secondment": Method.SHADOWING,
    "qualification": Method.COURSE,
    "other_opportunity": Method.OTHER,
}

# What revalidation asks of nurses and midwives. Source: the NMC, "How to revalidate": in the three years since the last
# renewal, 35 hours of continuing professional development, 20 of them participatory.
REVALIDATION_YEARS = 3
REVALIDATION_MINUTES = 35 * 60
REVALIDATION_PARTICIPATORY_MINUTES = 20 * 60


class Verdict(models.TextChoices):
    """What the link checker thinks of an address."""

    UNCHECKED = "unchecked", "Not checked yet"
    WORKS = "works", "Works"
    MOVED = "moved", "Works, but has moved for good"
    FAILING = "failing", "Failed lately"
    BROKEN = "broken", "Broken"
    UNKNOWN = "unknown", "Cannot be told"
    REFUSED = "refused", "Not a public address"
