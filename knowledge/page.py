"""What the page of one contribution shows."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from accounts.models import User
from catalogue import relations
from catalogue.choices import READABLE_BY_ADDRESS
from catalogue.learn_next import learn_next
from catalogue.querysets import Reader
from catalogue.services import NotReady
from design.markdown import render_markdown
from knowledge.choices import Action, Verdict
from knowledge.forms.colleagues import ExperienceForm
from knowledge.models import Experience, KnowHow
from knowledge.questions import answer_to, parts_of
from knowledge.services.experience import current_standing, refuse_unless_may_speak

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


def page_context(knowhow: KnowHow, reader: Reader, form: ExperienceForm | None = None) -> dict[str, Any]:
    """Return what the page shows this reader, in a constant number of queries."""
    topics = list(knowhow.topics.all())
    voices = list(knowhow.experiences.newest_first())
    own = next((voice for voice in voices if reader.is_authenticated and voice.person_id == reader.pk), None)
    return {
        "knowhow": knowhow,
        "context_html": render_markdown(knowhow.context, top_heading=3),
        "parts": told_parts(knowhow),
        "topics": topics,
        "lessons": learn_next(
            user=reader,
            topics=topics,
            item=knowhow,
            technique=knowhow.technique.key if knowhow.technique else "",
        ),
        "links": relations.shown_to(reader, knowhow),
        "files": knowhow.attachments.all(),
        "standing": current_standing(knowhow),
        "voices": voices,
        "own_voice": own,
        "form": form or (ExperienceForm(initial=said_before(own)) if may_speak(knowhow, reader) else None),
        "verdicts": Verdict.choices,
        "levels": knowhow.steps.filter(action=Action.LEVEL).in_order(),
        "is_readable": knowhow.status in READABLE_BY_ADDRESS and not knowhow.is_scheduled,
        "may_write": bool(
            knowhow.may_be_contacted and knowhow.owner and reader.is_authenticated and reader.pk != knowhow.owner_id
        ),
    }


def said_before(voice: Experience | None) -> dict[str, str]:
    """Return what the reader said last time, as the form's first values."""
    return {} if voice is None else {"place": voice.place, "line": voice.line}


def may_speak(knowhow: KnowHow, reader: Reader) -> bool:
    """Whether this reader may share experience of it."""
    if not isinstance(reader, User):
        return False
    try:
        refuse_unless_may_speak(knowhow=knowhow, by=reader)
    except NotReady:
        return False
    return True
