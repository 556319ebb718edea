"""What librarians do to one contribution, beside what they do to items of any kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from accounts.admin_pages import Step
from accounts.models import User
from catalogue import relations
from catalogue.admin import steps as catalogue
from catalogue.admin.steps import is_published
from catalogue.choices import Status
from catalogue.services import EditConflict, NotReady
from knowledge.admin.step_forms import (
    AnswerForm,
    ApproveForm,
    EvaluationForm,
    HandOverForm,
    LinksForm,
    NoteForm,
    ReasonForm,
    ReportForm,
    SettleForm,
)
from knowledge.choices import Verdict
from knowledge.models import KnowHow
from knowledge.services import answering, experience, moderating

REFUSALS = (NotReady, EditConflict)


def approve(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Publish it."""
    moderating.approve(knowhow=records[0], by=by, **answers)
    return "Published. The author has been told."


def ask_for_changes(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Give it back with a question."""
    moderating.ask_for_changes(knowhow=records[0], by=by, **answers)
    return "The author has your question."


def reject(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Do not take it up."""
    moderating.reject(knowhow=records[0], by=by, **answers)
    return "Not taken up. The author has been told why, and keeps it as a draft."


def hand_over(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Give it to a colleague."""
    moderating.hand_over(knowhow=records[0], by=by, **answers)
    return f"Handed to {answers['to']}."


def withdraw(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Take it back from readers."""
    moderating.withdraw(knowhow=records[0], by=by, reason=answers["reason"])
    return "Withdrawn. Its page shows title, reason and date."


def retire(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Advise it no longer."""
    moderating.retire(knowhow=records[0], by=by, reason=answers["reason"])
    return "Marked as no longer advised."


def advise_again(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Take that mark off."""
    moderating.advise_again(knowhow=records[0], by=by)
    return "The mark is off."


def link_evaluation(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Link what evaluates it."""
    experience.link_evaluation(knowhow=records[0], evaluation=answers["evaluation"], by=by)
    return "The evaluation is linked."


def close_report(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Answer a report."""
    moderating.close_report(by=by, **answers)
    return "The report is closed."


def confirm_links(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Confirm the links that are right and take the others away."""
    right = set(answers["links"])
    moderating.decide_links(knowhow=records[0], right=right, by=by)
    return f"Confirmed {len(right)} link{'' if len(right) == 1 else 's'}."


def settle(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Answer a challenge."""
    experience.settle(experience=answers["challenge"], by=by, note=answers["note"])
    return "The answer is on the page."


def remove_answer(records: Sequence[KnowHow], answers: Mapping[str, Any], by: User) -> str:
    """Take a colleague's answer away."""
    answering.remove_answer(by=by, **answers)
    return "The answer is removed."


def waits(request: HttpRequest, knowhow: KnowHow) -> bool:
    """Offer the step while it waits for a decision."""
    return knowhow.status == Status.SUBMITTED


def waits_for_other(request: HttpRequest, knowhow: KnowHow) -> bool:
    """Offer the step on what waits, to those who may decide on it."""
    return waits(request, knowhow) and not moderating.needs_second_person(knowhow, request.user)  # type: ignore[arg-type]


APPROVE = Step(
    name="approve",
    label="Approve…",
    question="Publish this contribution?",
    button="Publish",
    act=approve,
    refusals=REFUSALS,
    form_class=ApproveForm,
    form_takes_records=True,
    in_bulk=False,
    offered=waits_for_other,
)
ASK = Step(
    name="ask-for-changes",
    label="Ask for changes…",
    question="What do you ask the author?",
    button="Send the question",
    act=ask_for_changes,
    refusals=REFUSALS,
    form_class=NoteForm,
    in_bulk=False,
    offered=waits_for_other,
)
REJECT = Step(
    name="reject",
    label="Do not take up…",
    question="Why is it not taken up?",
    button="Do not take up",
    lead="It stays the author’s own draft. They can change it and send it again.",
    act=reject,
    refusals=REFUSALS,
    form_class=NoteForm,
    in_bulk=False,
    offered=waits_for_other,
)
HAND_OVER = Step(
    name="hand-over",
    label="Hand over…",
    question="Who should decide?",
    button="Hand over",
    act=hand_over,
    refusals=REFUSALS,
    form_class=HandOverForm,
    form_takes_records=True,
    in_bulk=False,
    offered=waits,
)
CLOSE_REPORT = Step(
    name="close-report",
    label="Answer a report…",
    question="What did you find?",
    button="Close the report",
    act=close_report,
    refusals=REFUSALS,
    form_class=ReportForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: knowhow.reports.open().exists(),
)
SETTLE = Step(
    name="answer-challenge",
    label="Answer a challenge…",
    question="What do you answer?",
    button="Answer",
    lead="The colleague’s words stay on the page, with your answer below. The level then follows from all the others.",
    act=settle,
    refusals=REFUSALS,
    form_class=SettleForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: knowhow.experiences.filter(verdict=Verdict.CAREFUL, settled_at=None).exists(),
)
CONFIRM_LINKS = Step(
    name="confirm-links",
    label="Confirm links…",
    question="Which of the proposed links are right?",
    button="Confirm",
    act=confirm_links,
    refusals=REFUSALS,
    form_class=LinksForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: relations.proposed_for(knowhow).exists(),
)
LINK_EVALUATION = Step(
    name="link-evaluation",
    label="Link an evaluation…",
    question="Which evaluation backs it up?",
    button="Link it",
    act=link_evaluation,
    refusals=REFUSALS,
    form_class=EvaluationForm,
    form_takes_records=True,
    in_bulk=False,
    offered=is_published,
)
RETIRE = Step(
    name="retire",
    label="No longer advised…",
    question="Why is it no longer advised?",
    button="Mark it",
    lead="It stays readable, with the reason above it.",
    act=retire,
    refusals=REFUSALS,
    form_class=ReasonForm,
    in_bulk=False,
    offered=lambda request, knowhow: is_published(request, knowhow) and not knowhow.retired_reason,
)
ADVISE_AGAIN = Step(
    name="advise-again",
    label="Advise again…",
    question="Advise it again?",
    button="Take the mark off",
    act=advise_again,
    refusals=REFUSALS,
    in_bulk=False,
    offered=lambda request, knowhow: bool(knowhow.retired_reason),
)
REMOVE_ANSWER = Step(
    name="remove-answer",
    label="Remove an answer…",
    question="Which answer is removed?",
    button="Remove it",
    act=remove_answer,
    refusals=REFUSALS,
    form_class=AnswerForm,
    form_takes_records=True,
    in_bulk=False,
    offered=lambda request, knowhow: knowhow.colleagues_answers.exists(),
)
# As for items of any kind, but that the author is told.
WITHDRAW = replace(catalogue.WITHDRAW, act=withdraw, refusals=REFUSALS)

STEPS = (
    APPROVE,
    ASK,
    REJECT,
    HAND_OVER,
    CLOSE_REPORT,
    SETTLE,
    CONFIRM_LINKS,
    LINK_EVALUATION,
    RETIRE,
    ADVISE_AGAIN,
    REMOVE_ANSWER,
    catalogue.STILL_RIGHT,
    catalogue.ARCHIVE,
    catalogue.SUPERSEDE,
    WITHDRAW,
)
