"""Lists of know-how. Source: the project's domain research, section 6.2."""

from django.db import models

from catalogue.choices import FormGroup
from catalogue.kinds import Form

KNOWHOW_TYPES: dict[str, Form] = {
    "story": Form("Story", FormGroup.KNOWHOW),
    "tip": Form("Tip", FormGroup.KNOWHOW),
    "lesson": Form("Lesson learned", FormGroup.KNOWHOW),
    "how_to": Form("How-to", FormGroup.KNOWHOW),
    "local_adaptation": Form("Local adaptation", FormGroup.KNOWHOW),
    "warning": Form("Warning, or what did not work", FormGroup.KNOWHOW),
    "idea": Form("Innovation idea", FormGroup.KNOWHOW),
    "question": Form("Question", FormGroup.KNOWHOW),
    "asset": Form("Knowledge asset", FormGroup.KNOWHOW),
    "contact": Form("Who’s who", FormGroup.KNOWHOW),
}
# A who's who card has pages of its own, so nothing else becomes one, nor it anything else.
WRITTEN_TYPES = {name: form for name, form in KNOWHOW_TYPES.items() if name != "contact"}
# A question claims nothing, and a contact is no finding: how well tested does not apply to them.
QUESTION, CARD = "question", "contact"
TYPES_WITHOUT_LEVEL = frozenset({QUESTION, CARD})

# Months from one review to the next: practice changes within two years.
REVIEW_MONTHS: dict[str, int | None] = {"": 24, CARD: 12}


class Phase(models.TextChoices):
    """When a technique is used, as the Knowledge Mobilisation Framework orders them."""

    BEFORE = "before", "Learning before"
    DURING = "during", "Learning during"
    AFTER = "after", "Learning after"
    ANY = "any", "At any time"


class Basis(models.TextChoices):
    """What the know-how rests on."""

    OWN = "own", "My own experience"
    TEAM = "team", "My team’s experience"
    SEVERAL = "several", "Several teams’ experience"
    OBSERVED = "observed", "Seen elsewhere"
    SESSION = "session", "A facilitated session"
    DATA = "data", "Local data or audit"


class Outcome(models.TextChoices):
    """How well it worked."""

    WELL = "well", "It worked well"
    IN_PART = "in_part", "It worked in part"
    NOT = "not", "It did not work"
    EARLY = "early", "Too early to tell"


class Level(models.TextChoices):
    """How well tested, best first; kept in `Item.standing`."""

    EVALUATED = "evaluated", "Evaluated locally"
    REPEATED = "repeated", "Repeated elsewhere"
    CONFIRMED = "confirmed", "Confirmed by someone else"
    SHARED = "shared", "Shared"
    CHALLENGED = "challenged", "Challenged"
    RETIRED = "retired", "No longer advised"


LEVEL_MEANINGS = {
    Level.EVALUATED: "A local evaluation, audit or improvement project backs this up, and a librarian has checked the link.",
    Level.REPEATED: "Colleagues in at least two other organisations say that this matched their experience.",
    Level.CONFIRMED: "At least one colleague other than the author says that this matched their experience.",
    Level.SHARED: "One person or team has told this. Nobody else has confirmed it yet.",
    Level.CHALLENGED: "A colleague would be careful with this. Read what they say before you use it.",
    Level.RETIRED: "The library team no longer advises this. It is kept for the record.",
}


class ToldAs(models.TextChoices):
    """In whose name readers see the know-how. Librarians always know who wrote it."""

    NAME = "name", "With my name"
    ROLE = "role", "As my role, without my name"
    TEAM = "team", "In my team’s name"
    ORGANISATION = "organisation", "In my organisation’s name"


class Verdict(models.TextChoices):
    """What a colleague says about know-how, in one tap."""

    MATCHED = "matched", "This matched our experience"
    DIFFERED = "differed", "It worked differently here"
    CAREFUL = "careful", "I’d be careful"


class Action(models.TextChoices):
    """One step in the life of a contribution."""

    SUBMITTED = "submitted", "Sent to the library team"
    TAKEN_BACK = "taken_back", "Taken back by the author"
    ASKED_TO_AGREE = "asked_to_agree", "Author asked to agree"
    AGREED = "agreed", "Author agreed"
    DECLINED = "declined", "Author did not agree"
    CHANGES_ASKED = "changes_asked", "Changes asked"
    REPLIED = "replied", "Reply from the author"
    APPROVED = "approved", "Published"
    REJECTED = "rejected", "Not taken up"
    HANDED_OVER = "handed_over", "Handed to a colleague"
    REPORTED = "reported", "Problem reported"
    REPORT_CLOSED = "report_closed", "Report looked at"
    WITHDRAWN = "withdrawn", "Withdrawn"
    RETIRED = "retired", "No longer advised"
    ADVISED_AGAIN = "advised_again", "Advised again"
    SETTLED = "settled", "Challenge answered"
    EVALUATED = "evaluated", "Evaluation linked"
    ENDED = "ended", "Its last day has come"
    ANSWER_REMOVED = "answer_removed", "Answer removed"
    LEVEL = "level", "How well tested"


class Reason(models.TextChoices):
    """Why a librarian asks for changes or does not take a contribution up."""

    PATIENT = "patient", "It could identify a patient"
    STAFF = "staff", "It names staff who may not have agreed"
    SAFETY = "safety", "Clinical safety concern"
    DETAIL = "detail", "Not enough detail"
    DUPLICATE = "duplicate", "Wrong place, or here already"
    OUT_OF_DATE = "out_of_date", "Out of date"
    COPYRIGHT = "copyright", "Copyright"
    PROMOTIONAL = "promotional", "Promotional"
    TONE = "tone", "Tone"
    OTHER = "other", "Something else"


class Problem(models.TextChoices):
    """What a reader reports. The first two hide the item until a librarian has looked, where staff report them."""

    IDENTIFIES = "identifies", "It could identify a patient or a colleague"
    UNSAFE = "unsafe", "It is unsafe"
    WRONG = "wrong", "Something in it is wrong or out of date"
    OTHER = "other", "Something else"


PROBLEMS_THAT_HIDE = frozenset({Problem.IDENTIFIES, Problem.UNSAFE})
# How many reports of one person may hide an item within a day; more are recorded and hide nothing.
HIDING_REPORTS_A_DAY = 3

# How many messages one person may send through the portal's contact forms within a day.
MESSAGES_A_DAY = 10
