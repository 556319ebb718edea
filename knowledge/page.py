"""What the page of one contribution shows."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from accounts.models import User
from catalogue import relations
from catalogue.choices import READABLE_BY_ADDRESS, KindName, Status
from catalogue.learn_next import learn_next
from catalogue.querysets import Reader
from catalogue.search.likeness import more_like
from design.markdown import render_markdown
from knowledge.choices import TYPES_WITHOUT_LEVEL, Action, Verdict
from knowledge.forms.colleagues import AnswerForm, ExperienceForm
from knowledge.models import Experience, KnowHow
from knowledge.questions import answer_to, parts_of
from knowledge.services.experience import own_people, standing_from

# Questions that stand elsewhere on the page: in its heading, below it, and in the box of facts.
SHOWN_ELSEWHERE = {"title", "summary", "context"}


@dataclass(frozen=True)
class Told:
    """One question and its answer as safe HTML."""

    prompt: str
    html: SafeString


def told_parts(knowhow: KnowHow) -> list[Told]:
    """Return the answers in the order of the questions, blank ones left out."""
    return [
        Told(question.prompt, render_markdown(answer_to(knowhow, question), top_heading=3))
        for part in parts_of(knowhow)
        for question in part.questions
        if question.key not in SHOWN_ELSEWHERE and answer_to(knowhow, question).strip()
    ]


def page_context(
    knowhow: KnowHow,
    reader: Reader,
    form: ExperienceForm | None = None,
    answer_form: AnswerForm | None = None,
) -> dict[str, Any]:
    """Return what the page shows this reader, in a constant number of queries. The forms: refused ones, to show again."""
    topics = list(knowhow.topics.all())
    own_ones = own_people(knowhow)
    takes_part = may_take_part(knowhow, reader, own_ones)
    return {
        "knowhow": knowhow,
        "context_html": render_markdown(knowhow.context, top_heading=3),
        "parts": told_parts(knowhow),
        "topics": topics,
        "related": more_like(knowhow, reader, topics=topics, leaving_out=[KindName.LEARNING]),
        "lessons": learn_next(
            user=reader,
            topics=topics,
            item=knowhow,
            technique=knowhow.technique.key if knowhow.technique else "",
        ),
        "links": relations.shown_to(reader, knowhow),
        "files": knowhow.attachments.all(),
        "is_readable": knowhow.status in READABLE_BY_ADDRESS and not knowhow.is_scheduled,
        "may_write": bool(
            knowhow.may_be_contacted and knowhow.owner and reader.is_authenticated and reader.pk != knowhow.owner_id
        ),
        **(
            answers_context(knowhow, reader, own_ones, answer_form, takes_part=takes_part)
            if knowhow.is_question
            else experience_context(knowhow, reader, own_ones, form, takes_part=takes_part)
            if knowhow.form not in TYPES_WITHOUT_LEVEL
            else {}
        ),
    }


def experience_context(
    knowhow: KnowHow, reader: Reader, own_ones: frozenset[int], form: ExperienceForm | None, *, takes_part: bool
) -> dict[str, Any]:
    """Return what colleagues said, the level that follows from it, and the form for who may say something."""
    voices = list(knowhow.experiences.newest_first())
    own = next((voice for voice in voices if reader.is_authenticated and voice.person_id == reader.pk), None)
    return {
        "standing": standing_from(knowhow, voices=voices, own_ones=own_ones),
        "voices": voices,
        "own_voice": own,
        "form": form or (ExperienceForm(initial=said_before(own)) if takes_part else None),
        "verdicts": Verdict.choices,
        "levels": knowhow.steps.filter(action=Action.LEVEL).in_order(),
    }


def answers_context(
    knowhow: KnowHow, reader: Reader, own_ones: frozenset[int], form: AnswerForm | None, *, takes_part: bool
) -> dict[str, Any]:
    """Return what colleagues answer to a question, and the form for who may answer, holding what they answered before."""
    answers = list(knowhow.colleagues_answers.helpful_first())
    own = next((answer for answer in answers if reader.is_authenticated and answer.person_id == reader.pk), None)
    before = {"text": own.text, "place": own.place} if own else None
    return {
        "answers": answers,
        "is_asker": reader.pk in own_ones,
        "answer_form": form or (AnswerForm(initial=before) if takes_part else None),
    }


def said_before(voice: Experience | None) -> dict[str, str]:
    """Return what the reader said last time, as the form's first values."""
    return {} if voice is None else {"place": voice.place, "line": voice.line}


def may_take_part(knowhow: KnowHow, reader: Reader, own_ones: frozenset[int]) -> bool:
    """Whether the page offers this reader, who sees it, to say something: staff, about what others published.

    The services hold the rule; this spares the page their queries.
    """
    return (
        isinstance(reader, User)
        and reader.is_member
        and reader.pk not in own_ones
        and knowhow.status == Status.PUBLISHED
        and not knowhow.is_scheduled
    )
