"""Colleagues' answers to a question, and which of them helped."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.models import Item
from catalogue.search import index
from catalogue.services import NotReady, refuse_unless_editable
from knowledge import letters
from knowledge.choices import Action
from knowledge.models import Answer, KnowHow
from knowledge.services.experience import own_people
from knowledge.services.steps import record

# How many answers one question takes. Beyond it people talk past each other.
MOST_ANSWERS = 50


@transaction.atomic
def answer_question(*, knowhow: KnowHow, by: User, text: str, place: str) -> Answer:
    """Answer a question; answering again replaces the answer. The asker is told. Raises NotReady with a sentence."""
    knowhow = _locked(knowhow)
    refuse_unless_may_answer(knowhow=knowhow, by=by)
    if not text.strip():
        raise NotReady("Write your answer.")
    if not place.strip():
        raise NotReady("Say where: the type of service is enough.")
    others = knowhow.colleagues_answers.exclude(person=by).count()
    if others >= MOST_ANSWERS:
        raise NotReady(f"This question has {MOST_ANSWERS} answers already. Write to the library team instead.")
    answer, _ = Answer.objects.update_or_create(
        knowhow=knowhow,
        person=by,
        defaults={
            "organisation": by.organisation,
            "text": text.strip(),
            "place": place.strip(),
            "at": timezone.now(),
            "helpful_at": None,
        },
    )
    index(knowhow)
    letters.to_author("answered", knowhow=knowhow, answer=answer)
    return answer


@transaction.atomic
def take_back_answer(*, knowhow: KnowHow, by: User) -> None:
    """Remove the person's own answer. Nothing happens where there is none."""
    knowhow = _locked(knowhow)
    if Answer.objects.filter(knowhow=knowhow, person=by).delete()[0]:
        index(knowhow)


@transaction.atomic
def mark_helpful(*, answer: Answer, by: User, is_helpful: bool) -> Answer:
    """Say that an answer helped, or no longer say so. Only whoever asked does; raises NotReady for others."""
    knowhow = _locked(answer.knowhow)
    answer = Answer.objects.select_for_update().get(pk=answer.pk)
    if by.pk not in own_people(knowhow):
        raise NotReady("Only whoever asked can say which answer helped.")
    answer.helpful_at = (answer.helpful_at or timezone.now()) if is_helpful else None
    answer.save(update_fields=["helpful_at"])
    return answer


@transaction.atomic
def remove_answer(*, answer: Answer, by: User, reason: str) -> None:
    """Take a colleague's answer away, with the reason in the question's log. Librarians only; raises NotReady."""
    knowhow = _locked(answer.knowhow)
    refuse_unless_editable([knowhow], by)
    if not by.is_librarian:
        raise NotReady("Only librarians can remove an answer.")
    if not reason.strip():
        raise NotReady("Say why it is removed.")
    answer.delete()
    record(knowhow=knowhow, action=Action.ANSWER_REMOVED, by=by, note=reason.strip())
    index(knowhow)


def refuse_unless_may_answer(*, knowhow: KnowHow, by: User) -> None:
    """Raise NotReady, saying why, unless the person may answer it."""
    if not knowhow.is_question:
        raise NotReady("This is not a question.")
    if not by.is_member:
        raise NotReady("Only signed-in staff can answer. Your account says how to get staff access.")
    if by.pk in own_people(knowhow):
        raise NotReady("This is your own question. Colleagues answer it.")
    if knowhow.status != Status.PUBLISHED or not KnowHow.objects.listed_to(by).filter(pk=knowhow.pk).exists():
        raise NotReady("Only questions that are published can be answered.")


def _locked(knowhow: KnowHow) -> KnowHow:
    Item.objects.select_for_update().get(pk=knowhow.pk)
    return KnowHow.objects.select_related("owner", "organisation").get(pk=knowhow.pk)
