"""What the library team does with contributions: approve, ask, decline, hand over, withdraw, answer reports."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import relations
from catalogue import services as catalogue
from catalogue.choices import Status
from catalogue.models import Item, ItemPerson, Relation
from catalogue.search import index
from catalogue.services import NotReady, claim_version
from knowledge import letters
from knowledge.choices import CARD, HIDING_REPORTS_A_DAY, KNOWHOW_TYPES, PROBLEMS_THAT_HIDE, Action, Problem
from knowledge.models import KnowHow, Report, Step
from knowledge.services.experience import refresh_level
from knowledge.services.steps import record
from taxonomy.models import Topic


@transaction.atomic
def approve(
    *, knowhow: KnowHow, version: int, by: User, form: str, topics: Iterable[Topic], title: str = ""
) -> KnowHow:
    """Publish a contribution as it was read (`version`), with its type and topics; the title may be made plainer.

    Nobody approves their own: neither its author, nor who contributed, nor the librarian who wrote it up unless the
    author agreed to this very text. Raises NotReady with a sentence, or EditConflict.
    """
    knowhow = _locked(knowhow, by)
    if knowhow.status != Status.SUBMITTED:
        raise NotReady("This is not waiting for approval. Somebody may have decided while you were reading.")
    if _is_own(knowhow, by):
        raise NotReady("Nobody approves their own. Hand it to a colleague.")
    if knowhow.written_by_id == by.pk and not knowhow.author_has_agreed:
        raise NotReady("You wrote this up, and its author has not agreed to the text as it stands. Ask them again.")
    if form not in KNOWHOW_TYPES:
        raise NotReady("Choose what type of know-how this is.")
    if CARD in {form, knowhow.form} and form != knowhow.form:
        raise NotReady("A who’s who card stays one, and nothing else becomes one: it has other questions.")
    chosen = list(topics)
    if not chosen:
        raise NotReady("Choose at least one topic, so that readers find it.")
    claim_version(item=knowhow, version=version)
    if title.strip():
        knowhow.title = title.strip()
    knowhow.form = form
    knowhow.moderator = by
    knowhow.save()
    knowhow.topics.set(chosen)
    catalogue.publish(item=knowhow, by=by)
    knowhow = KnowHow.objects.get(pk=knowhow.pk)
    refresh_level(knowhow=knowhow)
    record(knowhow=knowhow, action=Action.APPROVED, by=by)
    letters.to_author("published", knowhow=knowhow)
    return knowhow


@transaction.atomic
def ask_for_changes(*, knowhow: KnowHow, by: User, reasons: Iterable[str], note: str) -> KnowHow:
    """Give it back to the author with the exact question. Raises NotReady without one."""
    if not note.strip():
        raise NotReady("Write what you ask the author: they see exactly this.")
    return _give_back(knowhow, by=by, reasons=reasons, note=note, action=Action.CHANGES_ASKED)


@transaction.atomic
def reject(*, knowhow: KnowHow, by: User, reasons: Iterable[str], note: str) -> KnowHow:
    """Do not take it up: it stays the author's own draft, with the reasons. Raises NotReady without any."""
    chosen = list(reasons)
    if not chosen or not note.strip():
        raise NotReady("Choose a reason and write the author a line: they see both.")
    return _give_back(knowhow, by=by, reasons=chosen, note=note, action=Action.REJECTED)


@transaction.atomic
def hand_over(*, knowhow: KnowHow, by: User, to: User, note: str = "") -> KnowHow:
    """Give the decision to another librarian, who may read it from then on. Raises NotReady where they cannot decide."""
    knowhow = _locked(knowhow, by)
    if not to.is_librarian or not to.is_active:
        raise NotReady(f"{to} is not a librarian.")
    if _is_own(knowhow, to):
        raise NotReady(f"{to} wrote or contributed to this, so they cannot decide on it.")
    knowhow.moderator = to
    knowhow.save()
    ItemPerson.objects.get_or_create(item_id=knowhow.pk, user=to, defaults={"capacity": ItemPerson.Capacity.READER})
    record(knowhow=knowhow, action=Action.HANDED_OVER, by=by, note=f"To {to}. {note}".strip())
    letters.send("handed_over", to=to.email, knowhow=knowhow, by=by, note=note)
    return knowhow


@transaction.atomic
def withdraw(*, knowhow: KnowHow, by: User, reason: str) -> KnowHow:
    """Take it back from readers, who see title, reason and date only. Raises NotReady with a sentence."""
    knowhow = _locked(knowhow, by)
    catalogue.withdraw(item=knowhow, reason=reason, by=by)
    knowhow = KnowHow.objects.get(pk=knowhow.pk)
    record(knowhow=knowhow, action=Action.WITHDRAWN, by=by, note=reason)
    letters.to_author("withdrawn", knowhow=knowhow)
    return knowhow


@transaction.atomic
def retire(*, knowhow: KnowHow, by: User, reason: str) -> KnowHow:
    """Mark it as no longer advised; it stays readable with the reason above it. Raises NotReady without one."""
    if not reason.strip():
        raise NotReady("Say why it is no longer advised: readers see the reason.")
    return _set_retired(knowhow, by=by, reason=reason.strip(), action=Action.RETIRED)


@transaction.atomic
def advise_again(*, knowhow: KnowHow, by: User) -> KnowHow:
    """Take the mark "no longer advised" off. Raises NotReady where the person may not."""
    return _set_retired(knowhow, by=by, reason="", action=Action.ADVISED_AGAIN)


@transaction.atomic
def report_problem(*, knowhow: KnowHow, by: User, problem: str, text: str) -> Report:
    """Record a problem. Where staff report that it identifies somebody or is unsafe, it is hidden at once.

    Hidden means back with the library team: only the author and librarians see it until one of them has looked. Of
    one person's reports within a day only the first few hide anything. Raises NotReady with a sentence.
    """
    if problem not in Problem.values:
        raise NotReady("Choose what the problem is.")
    if not text.strip():
        raise NotReady("Say what the problem is, so that the library team can find it.")
    Item.objects.select_for_update().get(pk=knowhow.pk)
    knowhow = KnowHow.objects.visible_to(by).get(pk=knowhow.pk)
    report = Report(knowhow=knowhow, by=by, problem=problem, text=text.strip())
    hidden_today = Report.objects.of_last_day(by).filter(hid=True).count()
    if (
        by.is_member
        and problem in PROBLEMS_THAT_HIDE
        and knowhow.status in {Status.PUBLISHED, Status.ARCHIVED, Status.SUPERSEDED}
        and hidden_today < HIDING_REPORTS_A_DAY
    ):
        report.hid, report.status_before = True, knowhow.status
        knowhow.status = Status.SUBMITTED
        knowhow.submitted_at = timezone.now()
        knowhow.save()
        index(knowhow)
    report.save()
    record(knowhow=knowhow, action=Action.REPORTED, by=by, note=f"{report.get_problem_display()}: {report.text}")
    letters.reported(knowhow=knowhow, report=report)
    return report


@transaction.atomic
def close_report(*, report: Report, by: User, answer: str, show_again: bool) -> Report:
    """Write down what was found; `show_again` undoes the hiding. Closing twice changes nothing.

    Nobody closes a report about their own, or their own report. Raises NotReady with a sentence.
    """
    knowhow = _locked(report.knowhow, by)
    report = Report.objects.select_for_update().get(pk=report.pk)
    if report.closed_at is not None:
        return report
    if _is_own(knowhow, by) or report.by_id == by.pk:
        raise NotReady("A colleague has to look at this report: it is about what you wrote, or you made it yourself.")
    if not answer.strip():
        raise NotReady("Write what you found.")
    report.closed_at, report.closed_by, report.answer = timezone.now(), by, answer.strip()
    report.save()
    still_hidden = knowhow.reports.open().filter(hid=True).exists()
    if show_again and report.hid and not still_hidden and knowhow.status == Status.SUBMITTED:
        knowhow.status = report.status_before
        knowhow.save()
        index(knowhow)
    record(knowhow=knowhow, action=Action.REPORT_CLOSED, by=by, note=report.answer)
    letters.to_author("report_closed", knowhow=knowhow, report=report)
    return report


@transaction.atomic
def decide_links(*, knowhow: KnowHow, right: Collection[Relation], by: User) -> None:
    """Confirm the proposed links that are right and take the others away. Raises NotReady for who may not."""
    for relation in relations.proposed_for(_locked(knowhow, by)):
        if relation in right:
            relations.confirm(relation=relation, by=by)
        else:
            relations.remove(relation=relation, by=by)


def needs_second_person(knowhow: KnowHow, by: User) -> bool:
    """Whether the rule "nobody approves their own" keeps this person from approving."""
    return _is_own(knowhow, by) or (knowhow.written_by_id == by.pk and not knowhow.author_has_agreed)


def last_sent(knowhow: KnowHow) -> tuple[Step | None, Step | None]:
    """Return the last sending and the one before it, whose texts a moderator compares."""
    sent = list(
        knowhow.steps.filter(action__in=(Action.SUBMITTED, Action.AGREED)).exclude(texts={}).order_by("-at", "-pk")[:2]
    )
    return (sent[0] if sent else None), (sent[1] if len(sent) > 1 else None)


def _locked(knowhow: KnowHow, by: User) -> KnowHow:
    """Return the contribution as it stands, its row of the catalogue locked. Raises NotReady for who may not decide."""
    if not by.is_librarian:
        raise NotReady("Only librarians can do this.")
    Item.objects.select_for_update().get(pk=knowhow.pk)
    knowhow = KnowHow.objects.select_related("technique", "owner", "organisation").get(pk=knowhow.pk)
    catalogue.refuse_unless_editable([knowhow], by)
    return knowhow


def _is_own(knowhow: KnowHow, person: User) -> bool:
    return (
        person.pk == knowhow.owner_id
        or knowhow.people.filter(user=person, capacity=ItemPerson.Capacity.CONTRIBUTOR).exists()
    )


def _give_back(knowhow: KnowHow, *, by: User, reasons: Iterable[str], note: str, action: Action) -> KnowHow:
    knowhow = _locked(knowhow, by)
    if knowhow.status != Status.SUBMITTED:
        raise NotReady("This is not waiting for a decision. Somebody may have decided while you were reading.")
    if _is_own(knowhow, by):
        raise NotReady("Nobody decides on their own. Hand it to a colleague.")
    knowhow.status = Status.CHANGES_REQUESTED if action == Action.CHANGES_ASKED else Status.DRAFT
    knowhow.moderator = by
    knowhow.save()
    step = record(knowhow=knowhow, action=action, by=by, reasons=reasons, note=note.strip())
    letters.to_author(action.value, knowhow=knowhow, step=step)
    return knowhow


def _set_retired(knowhow: KnowHow, *, by: User, reason: str, action: Action) -> KnowHow:
    knowhow = _locked(knowhow, by)
    knowhow.retired_reason = reason
    knowhow.save()
    record(knowhow=knowhow, action=action, by=by, note=reason)
    refresh_level(knowhow=knowhow)
    return knowhow
