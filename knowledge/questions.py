"""What a contribution is asked, part by part. Source: the project's domain research, section 6.3."""

from dataclasses import dataclass

from knowledge.choices import TYPES_WITHOUT_LEVEL
from knowledge.models import KnowHow, TechniqueTemplate

TITLE_LIMIT = 120
SUMMARY_LIMIT = 280
TEXT_LIMIT = 5_000


@dataclass(frozen=True)
class Question:
    """One question in words. `is_answer`: it is the technique's own, kept in `KnowHow.answers`."""

    key: str
    prompt: str
    help: str = ""
    required: bool = False
    limit: int = TEXT_LIMIT
    is_answer: bool = False

    @property
    def is_line(self) -> bool:
        """True where the answer is one short line."""
        return self.limit <= TITLE_LIMIT


@dataclass(frozen=True)
class Part:
    """One page of the task list: its name in the address, its heading and its questions."""

    name: str
    heading: str
    questions: tuple[Question, ...] = ()

    @property
    def is_optional(self) -> bool:
        """True where none of its questions has to be answered."""
        return bool(self.questions) and not any(question.required for question in self.questions)


ABOUT = (
    Question(
        "title",
        "In a few words, what is this about?",
        "Start with the thing, not with the technique.",
        required=True,
        limit=TITLE_LIMIT,
    ),
    Question(
        "summary",
        "What should someone else do differently because of this?",
        "One or two sentences. They appear in search.",
        required=True,
        limit=SUMMARY_LIMIT,
    ),
    Question(
        "context",
        "Where and when was this?",
        "Type of service, size, who was involved, month and year. No names of patients or staff.",
        required=True,
    ),
)
EVENTS = (
    Question("what_we_did", "What did you do?", "The steps in order.", required=True),
    Question("what_happened", "What happened?", "Good and bad, with numbers if you have them.", required=True),
    Question("works_when", "When does it work, and when does it not?", "Conditions, limits, things you needed."),
    Question("next_time", "What would you do next time?"),
)
# The questions of a who's who card. Source: the project's domain research, section 6.4.
CARD_PART = "card"
CARD_QUESTIONS = (
    Question(
        "title",
        "What should the card be called?",
        "Your name, or your role: “Falls link nurse, community hospitals”.",
        required=True,
        limit=TITLE_LIMIT,
    ),
    Question(
        "summary", "Ask me about", "One or two sentences. They appear in search.", required=True, limit=SUMMARY_LIMIT
    ),
    Question("i_can_help_with", "I can help with", "What people usually come for.", limit=1_000, is_answer=True),
    Question("languages_tools", "Languages I speak, and tools I know", limit=500, is_answer=True),
    Question(
        "patch",
        "Where I work, and for whom",
        "Service, sites, region.",
        required=True,
        limit=TITLE_LIMIT,
        is_answer=True,
    ),
    Question(
        "contact_route",
        "How to reach me",
        "For example: by the form on this page, or a team’s shared address. No private numbers.",
        required=True,
        limit=500,
        is_answer=True,
    ),
)
# The questions of somebody who asks colleagues. What is kept of a question that was told freely stands here too.
ASKING_PART = "question"
ASKING_QUESTIONS = (
    Question("title", "What is your question?", "In one line.", required=True, limit=TITLE_LIMIT),
    Question(
        "summary",
        "What would an answer change for you?",
        "One or two sentences. They appear in search.",
        required=True,
        limit=SUMMARY_LIMIT,
    ),
    Question(
        "context",
        "Where do you ask this from?",
        "Type of service and size. No names of patients or staff.",
        required=True,
    ),
    Question("what_we_did", "What have you tried or found so far?"),
    Question("what_happened", "What happens now?"),
)
COMMON = {question.key: question for question in (*ABOUT, *EVENTS)}


def technique_questions(technique: TechniqueTemplate | None) -> tuple[Question, ...]:
    """Return the technique's own questions; none for something told freely."""
    if technique is None:
        return ()
    return tuple(
        Question(
            key=row["key"],
            prompt=row["prompt"],
            help=row.get("help", ""),
            required=bool(row.get("required")),
            is_answer=True,
        )
        for row in technique.prompts
    )


def parts_of(knowhow: KnowHow) -> list[Part]:
    """Return the pages that ask for text and choices, in order; what the technique covers is not asked twice."""
    if knowhow.is_card:
        return [Part(CARD_PART, "Your card", CARD_QUESTIONS), Part("readers", "Who sees it, and your name")]
    if knowhow.is_question and knowhow.technique is None:
        return [Part(ASKING_PART, "Your question", ASKING_QUESTIONS), Part("readers", "Who sees it, and your name")]
    covered = set(knowhow.technique.covers) if knowhow.technique else set()
    events = tuple(question for question in EVENTS if question.key not in covered)
    parts = [Part("about", "What it is about", ABOUT)]
    if knowhow.technique:
        parts.append(Part("session", "What the session brought out", technique_questions(knowhow.technique)))
    if events:
        parts.append(Part("events", "What happened" if not covered else "For those who want to use it", events))
    parts.append(Part("weight", "How well it worked"))
    parts.append(Part("readers", "Who sees it, and your name"))
    return parts


def part_of(knowhow: KnowHow, name: str) -> Part | None:
    """Return the page of that name, or None."""
    return next((part for part in parts_of(knowhow) if part.name == name), None)


def answer_to(knowhow: KnowHow, question: Question) -> str:
    """Return what was answered, or nothing."""
    if question.is_answer:
        return str(knowhow.answers.get(question.key, ""))
    return str(getattr(knowhow, question.key))


def questions_of(knowhow: KnowHow) -> list[Question]:
    """Return every question of the contribution that takes text, in the order of its pages."""
    return [question for part in parts_of(knowhow) for question in part.questions]


def texts_of(knowhow: KnowHow) -> dict[str, str]:
    """Return every answer by the words of its question, blank ones left out."""
    texts = {question.prompt: answer_to(knowhow, question) for question in questions_of(knowhow)}
    return {prompt: text for prompt, text in texts.items() if text.strip()}


def is_told(knowhow: KnowHow) -> bool:
    """True for what was just told: one screen, completed by a librarian with the author."""
    return knowhow.technique is None and not knowhow.what_we_did and knowhow.form not in TYPES_WITHOUT_LEVEL


def missing_from(knowhow: KnowHow) -> list[str]:
    """Return what still has to be answered before it can be sent, in words."""
    if is_told(knowhow):
        needed = [COMMON["summary"], COMMON["what_happened"], COMMON["context"]]
        return [question.prompt for question in needed if not answer_to(knowhow, question).strip()]
    missing = [
        question.prompt
        for question in questions_of(knowhow)
        if question.required and not answer_to(knowhow, question).strip()
    ]
    if knowhow.form in TYPES_WITHOUT_LEVEL:
        return missing
    if not knowhow.outcome:
        missing.append("How well did it work?")
    if not knowhow.basis:
        missing.append("What is this based on?")
    return missing


def is_part_done(knowhow: KnowHow, part: Part) -> bool:
    """Whether a page has all it needs."""
    if part.name == "weight":
        return bool(knowhow.outcome and knowhow.basis)
    if part.name == "readers":
        return knowhow.has_chosen_readers
    if part.is_optional:
        return any(answer_to(knowhow, question).strip() for question in part.questions)
    return all(answer_to(knowhow, question).strip() for question in part.questions if question.required)
