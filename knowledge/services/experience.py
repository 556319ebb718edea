"""What colleagues say about know-how, and the level that follows from it."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import relations
from catalogue.choices import RelationKind, Status
from catalogue.models import Item, ItemPerson
from catalogue.search import index
from catalogue.services import NotReady, refuse_unless_editable
from knowledge import letters
from knowledge.choices import TYPES_WITHOUT_LEVEL, Action, Level, Verdict
from knowledge.levels import Standing, Voice, standing_of
from knowledge.models import Experience, KnowHow
from knowledge.services.steps import record

# Types of evidence that evaluate what was done locally.
EVALUATIONS = frozenset({"service_evaluation", "audit", "qi_report"})


@transaction.atomic
def share_experience(*, knowhow: KnowHow, by: User, verdict: str, place: str, line: str = "") -> Experience:
    """Say in one tap whether this matched one's experience; saying it again replaces it.

    Signed-in staff only, and never about one's own. "I'd be careful" tells author and library team, and asks for a
    line. Raises NotReady with a sentence.
    """
    knowhow = _locked(knowhow)
    refuse_unless_may_speak(knowhow=knowhow, by=by)
    if verdict not in Verdict.values:
        raise NotReady("Choose what you would say about it.")
    if not place.strip():
        raise NotReady("Say where: the type of service is enough.")
    if verdict != Verdict.MATCHED and not line.strip():
        raise NotReady("Add one line: what was different, or what to be careful about.")
    experience, _ = Experience.objects.update_or_create(
        knowhow=knowhow,
        person=by,
        defaults={
            "organisation": by.organisation,
            "verdict": verdict,
            "line": line.strip(),
            "place": place.strip(),
            "at": timezone.now(),
            "settled_at": None,
            "settled_by": None,
            "settled_note": "",
        },
    )
    refresh_level(knowhow=knowhow)
    if verdict == Verdict.CAREFUL:
        letters.challenged(knowhow=knowhow, experience=experience)
    return experience


@transaction.atomic
def take_back_experience(*, knowhow: KnowHow, by: User) -> None:
    """Remove what the person said; the level follows. Nothing happens where they said nothing."""
    knowhow = _locked(knowhow)
    Experience.objects.filter(knowhow=knowhow, person=by).delete()
    refresh_level(knowhow=knowhow)


@transaction.atomic
def settle(*, experience: Experience, by: User, note: str) -> Experience:
    """Answer a colleague's "I'd be careful"; their words stay, with the answer below. Raises NotReady with a sentence.

    A librarian does it, never one whose own know-how it is about.
    """
    knowhow = _locked(experience.knowhow)
    experience = Experience.objects.select_for_update().get(pk=experience.pk)
    refuse_unless_editable([knowhow], by)
    if not by.is_librarian or by.pk in own_people(knowhow):
        raise NotReady("A librarian who did not write this has to answer.")
    if experience.verdict != Verdict.CAREFUL:
        raise NotReady("There is nothing to answer: this is not a challenge.")
    if not note.strip():
        raise NotReady("Write the answer: readers see it.")
    experience.settled_at, experience.settled_by, experience.settled_note = timezone.now(), by, note.strip()
    experience.save()
    record(knowhow=knowhow, action=Action.SETTLED, by=by, note=experience.settled_note)
    refresh_level(knowhow=knowhow)
    return experience


@transaction.atomic
def link_evaluation(*, knowhow: KnowHow, evaluation: Item, by: User) -> KnowHow:
    """Record that a local evaluation, audit or improvement project backs it up; a librarian who did not write it does.

    The link between the two is confirmed with it. Raises NotReady with a sentence.
    """
    knowhow = _locked(knowhow)
    refuse_unless_editable([knowhow], by)
    if not by.is_librarian or by.pk in own_people(knowhow):
        raise NotReady("A librarian who did not write this has to check the evaluation.")
    if evaluation.form not in EVALUATIONS or not Item.objects.listed_to(by).filter(pk=evaluation.pk).exists():
        raise NotReady("Choose a published service evaluation, clinical audit or quality improvement report.")
    relation = relations.propose(from_item=evaluation, to_item=knowhow, kind=RelationKind.SUPPORTS, by=by)
    relations.confirm(relation=relation, by=by)
    knowhow.evaluation = evaluation
    knowhow.save()
    record(knowhow=knowhow, action=Action.EVALUATED, by=by, note=evaluation.title)
    refresh_level(knowhow=knowhow)
    return knowhow


@transaction.atomic
def refresh_level(*, knowhow: KnowHow) -> Standing:
    """Make level and last confirmation follow from what colleagues said, and write a change of level down."""
    standing = current_standing(knowhow)
    level = "" if knowhow.form in TYPES_WITHOUT_LEVEL else standing.level.value
    if level == knowhow.standing and standing.last_confirmed == knowhow.last_confirmed_on:
        return standing
    before = knowhow.standing
    knowhow.standing, knowhow.last_confirmed_on = level, standing.last_confirmed
    knowhow.save()
    if before != level and before and level:
        words = f"{Level(before).label} → {Level(level).label}"
        record(knowhow=knowhow, action=Action.LEVEL, by=None, note=words)
    if knowhow.published_at is not None:
        index(knowhow)
    return standing


def current_standing(knowhow: KnowHow) -> Standing:
    """Return what follows from the voices as they are now."""
    return standing_from(knowhow, voices=knowhow.experiences.all(), own_ones=own_people(knowhow))


def standing_from(knowhow: KnowHow, *, voices: Iterable[Experience], own_ones: frozenset[int]) -> Standing:
    """Return what follows from these voices; own_ones: the people whose own the know-how is."""
    return standing_of(
        voices=[
            Voice(
                person=row.person_id,
                organisation=row.organisation_id,
                verdict=row.verdict,
                on=timezone.localdate(row.at),
                is_settled=row.settled_at is not None,
            )
            for row in voices
        ],
        own_people=own_ones,
        own_organisation=knowhow.organisation_id,
        is_evaluated=knowhow.evaluation_id is not None,
        is_retired=bool(knowhow.retired_reason),
    )


def own_people(knowhow: KnowHow) -> frozenset[int]:
    """Return the people whose own it is: author, contributors, and whoever wrote it up."""
    contributors = knowhow.people.filter(capacity=ItemPerson.Capacity.CONTRIBUTOR).values_list("user_id", flat=True)
    people = {knowhow.owner_id, knowhow.written_by_id, *contributors}
    return frozenset(person for person in people if person is not None)


def refuse_unless_may_speak(*, knowhow: KnowHow, by: User) -> None:
    """Raise NotReady, saying why, unless the person may share experience of it."""
    if not by.is_member:
        raise NotReady("Only signed-in staff can share experience. Your account says how to get staff access.")
    if by.pk in own_people(knowhow):
        raise NotReady("This is your own. Colleagues say whether it matched their experience.")
    if knowhow.status != Status.PUBLISHED or not KnowHow.objects.listed_to(by).filter(pk=knowhow.pk).exists():
        raise NotReady("Experience can be shared only of know-how that is published.")
    if knowhow.form in TYPES_WITHOUT_LEVEL:
        raise NotReady("This is not something that can be confirmed.")


def _locked(knowhow: KnowHow) -> KnowHow:
    Item.objects.select_for_update().get(pk=knowhow.pk)
    return KnowHow.objects.select_related("owner", "organisation").get(pk=knowhow.pk)
