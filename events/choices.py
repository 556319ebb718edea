"""Lists of events. Source: the project's domain research, section 6.2."""

from django.db import models

from catalogue.choices import FormGroup
from catalogue.kinds import Form

EVENT = FormGroup.EVENT
CARD = "activity"

# The types. An activity card is something to do at any time, without a date.
EVENT_TYPES = {
    "webinar": Form("Webinar", EVENT),
    "workshop": Form("Workshop", EVENT),
    "showcase": Form("Showcase", EVENT),
    "drop_in": Form("Drop-in", EVENT),
    "conference": Form("Conference", EVENT),
    "training": Form("Training session", EVENT),
    "community": Form("Community of practice meeting", EVENT),
    "journal_club_session": Form("Journal club session", EVENT),
    "social": Form("Social, such as a coffee trial", EVENT),
    "challenge": Form("Challenge or game", EVENT),
    CARD: Form("Activity card", EVENT),
}
# What happened once is not reviewed; a card is used for years.
REVIEW_MONTHS = {"": None, CARD: 24}
# What an event left behind, as `Item.standing` holds it.
RECORDED = "recorded"
STANDINGS = {RECORDED: "Recording available"}


class Mode(models.TextChoices):
    """Where people take part."""

    ONLINE = "online", "Online"
    IN_PERSON = "in_person", "In person"
    HYBRID = "hybrid", "Online and in person"
    ANY_TIME = "any_time", "Any time"


class BookingWay(models.TextChoices):
    """How people get a place."""

    NONE = "none", "No booking: just come"
    HERE = "here", "Booked here"
    ELSEWHERE = "elsewhere", "Booked on another site"


class Running(models.TextChoices):
    """Whether the event takes place."""

    ON = "on", "Going ahead"
    POSTPONED = "postponed", "Postponed"
    CANCELLED = "cancelled", "Cancelled"


class CardTime(models.IntegerChoices):
    """How long an activity card takes, in minutes."""

    FIVE = 5, "5 minutes"
    QUARTER = 15, "15 minutes"
    HALF_HOUR = 30, "30 minutes"
    HOUR = 60, "1 hour"


class Company(models.TextChoices):
    """With whom an activity card is done."""

    ALONE = "alone", "On your own"
    TEAM = "team", "With your team"
    EITHER = "either", "On your own or with your team"


class BookingState(models.TextChoices):
    """Where a booking stands."""

    UNCONFIRMED = "unconfirmed", "Not confirmed yet"
    BOOKED = "booked", "Booked"
    WAITING = "waiting", "On the waiting list"
    OFFERED = "offered", "Offered a place"
    CANCELLED = "cancelled", "Cancelled"
    LAPSED = "lapsed", "Offer not taken up"


# States in which a booking stands; one person has at most one such booking of an event.
LIVE_STATES = (BookingState.UNCONFIRMED, BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED)


class NoticeKind(models.TextChoices):
    """What the booked are told about their event."""

    CHANGED = "changed", "Time or place changed"
    POSTPONED = "postponed", "Postponed"
    CANCELLED = "cancelled", "Cancelled"
    ON_AGAIN = "on", "Goes ahead after all"


class Moderation(models.TextChoices):
    """Where something stands that people sent in without an account."""

    WAITING = "waiting", "Waiting"
    SHOWN = "shown", "Shown"
    REFUSED = "refused", "Not shown"


class PledgeProgress(models.TextChoices):
    """What became of a pledge."""

    PLEDGED = "pledged", "Pledged"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"
    NOT_THIS_TIME = "not_this_time", "Could not do this time"


class ProposalState(models.TextChoices):
    """Where a proposed session stands."""

    WAITING = "waiting", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"


class Rule(models.TextChoices):
    """What the two people of a coffee trial have in common, or rather not."""

    OTHER_ORGANISATION = "other_organisation", "From different organisations"
    MIXED_WORK = "mixed_work", "One clinical, one not"
    NOT_MET = "not_met", "Not paired in an earlier trial"
