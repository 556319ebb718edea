"""Writing know-how: starting once, saving part by part, sending it in."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from catalogue import relations
from catalogue.choices import Phrase, RelationKind, Status, Visibility
from catalogue.models import Item, ItemPerson
from catalogue.search import index
from catalogue.services import NotReady, claim_version, refuse_unless_editable
from knowledge import letters
from knowledge.choices import CARD, Action
from knowledge.identifiers import find_in
from knowledge.models import Invitation, KnowHow, Step, TechniqueTemplate
from knowledge.questions import is_told, missing_from, texts_of
from knowledge.services.steps import record
from taxonomy.models import Topic

# What an author may change, beside the technique's own answers and the topics.
FIELDS = frozenset(
    {
        "title", "summary", "context", "what_we_did", "what_happened", "works_when", "next_time", "outcome", "basis",
        "form", "told_as", "credit", "visibility", "may_be_contacted", "has_chosen_readers", "setting", "until",
    }
)  # fmt: skip
WORKING_TITLE_LENGTH = 80


def start(
    *,
    by: User,
    key: uuid.UUID,
    technique: TechniqueTemplate | None = None,
    author: User | None = None,
    invitation: Invitation | None = None,
    form: str = "",
) -> KnowHow:
    """Begin a contribution, or with their `form` a who's who card or a question, and return it; with the same key again, return the one that was begun.

    `author` is the person a librarian writes for (default: `by`). Raises NotReady with a sentence.
    """
    author = author or by
    if author.pk != by.pk and not by.is_librarian:
        raise NotReady("Only librarians can write up know-how for somebody else.")
    existing = KnowHow.objects.filter(contribution_key=key).first()
    if existing is None:
        try:
            with transaction.atomic():
                return _create(by=by, author=author, key=key, technique=technique, invitation=invitation, form=form)
        except IntegrityError:
            existing = KnowHow.objects.filter(contribution_key=key).first()
    if existing is None or by.pk not in {existing.owner_id, existing.written_by_id}:
        raise NotReady("This page was used before by somebody else. Open “Share know-how” again.")
    return existing


def _create(
    *,
    by: User,
    author: User,
    key: uuid.UUID,
    technique: TechniqueTemplate | None,
    invitation: Invitation | None,
    form: str,
) -> KnowHow:
    knowhow = KnowHow(
        owner=author,
        written_by=by if by.pk != author.pk else None,
        organisation=author.organisation,
        technique=technique,
        form="lesson" if technique else form,
        title=author.name if form == CARD else "",
        may_be_contacted=form == CARD,
        basis="session" if technique else "",
        visibility=technique.default_visibility if technique else Visibility.MEMBERS,
        phrases=[Phrase.BUILD],
        status=Status.DRAFT,
        contribution_key=key,
        is_demonstration=author.is_demonstration,
    )
    knowhow.save()
    if knowhow.written_by_id:
        _name(knowhow, [by])
    if invitation is not None and invitation.person_id == author.pk:
        knowhow.topics.add(invitation.topic)
        Invitation.objects.filter(pk=invitation.pk, answered_by=None).update(answered_by=knowhow)
    return knowhow


@transaction.atomic
def save_part(
    *,
    knowhow: KnowHow,
    version: int,
    by: User,
    values: Mapping[str, Any] | None = None,
    answers: Mapping[str, str] | None = None,
    topics: Iterable[Topic] | None = None,
    colleagues: Iterable[str] = (),
) -> KnowHow:
    """Save some answers over the version that the writer saw, and let colleagues read it (see `name_people`).

    Where nothing differs the version stays, so that a page may save as often as it likes. Raises EditConflict where
    somebody saved in between, NotReady where the person may not change it, and KeyError for a field that is no
    author's to set.
    """
    values, answers = dict(values or {}), dict(answers or {})
    unknown = set(values) - FIELDS
    if unknown:
        raise KeyError(f"Not an author's to set: {', '.join(sorted(unknown))}")
    if values.get("form", knowhow.form) != knowhow.form and CARD in {values["form"], knowhow.form}:
        raise NotReady("A who’s who card stays one, and nothing else becomes one: it has other questions.")
    Item.objects.select_for_update().get(pk=knowhow.pk)
    knowhow = KnowHow.objects.get(pk=knowhow.pk)
    refuse_unless_editable([knowhow], by)
    if colleagues:
        name_people(knowhow=knowhow, emails=colleagues, by=by)
    merged = {**knowhow.answers, **answers}
    chosen = None if topics is None else {topic.pk for topic in topics}
    same_topics = chosen is None or chosen == set(knowhow.topics.values_list("pk", flat=True))
    if merged == knowhow.answers and same_topics and all(getattr(knowhow, k) == v for k, v in values.items()):
        return knowhow
    claim_version(item=knowhow, version=version)
    for name, value in values.items():
        setattr(knowhow, name, value)
    knowhow.answers = merged
    knowhow.save()
    if topics is not None:
        knowhow.topics.set(Topic.objects.filter(pk__in=chosen or ()))
    if knowhow.published_at is not None:
        index(knowhow)
    return knowhow


@transaction.atomic
def name_people(*, knowhow: KnowHow, emails: Iterable[str], by: User) -> list[User]:
    """Let colleagues of the author's organisation read a contribution that only named people see.

    Returns those named. Raises NotReady, naming the address, where one is not a colleague's.
    """
    refuse_unless_editable([knowhow], by)
    people: list[User] = []
    for email in emails:
        person = User.objects.active().filter(email__iexact=email, organisation=knowhow.organisation).first()
        if person is None or knowhow.organisation_id is None:
            raise NotReady(f"{email} is not the address of a colleague in your organisation who has an account here.")
        people.append(person)
    _name(knowhow, people)
    return people


@transaction.atomic
def submit(*, knowhow: KnowHow, version: int, by: User, has_promised: bool) -> KnowHow:
    """Send the contribution to the library team; sent twice, it stays as it is.

    A contribution that only named people see is opened to the librarians of the author's organisation, or where it
    has none to all, for they have to read it. Raises NotReady with what is missing, or EditConflict.
    """
    Item.objects.select_for_update().get(pk=knowhow.pk)
    knowhow = KnowHow.objects.select_related("technique", "owner").get(pk=knowhow.pk)
    if knowhow.status == Status.SUBMITTED and by.pk in {knowhow.owner_id, knowhow.written_by_id}:
        return knowhow
    refuse_unless_editable([knowhow], by)
    if not knowhow.is_with_author:
        raise NotReady("This has been sent already.")
    if by.pk != knowhow.owner_id:
        raise NotReady("Only its author can send it. What you wrote up for somebody is sent by their agreement.")
    return send_in(knowhow, version=version, by=by, has_promised=has_promised, action=Action.SUBMITTED)


@transaction.atomic
def tell(
    *,
    by: User,
    key: uuid.UUID,
    summary: str,
    what_happened: str,
    context: str,
    has_promised: bool,
    invitation: Invitation | None = None,
    about: Item | None = None,
) -> KnowHow:
    """Tell something in one screen and send it; told twice with one key, there is one. Raises NotReady.

    about: what the person learned it from; the link is proposed with it.
    """
    knowhow = start(by=by, key=key, invitation=invitation)
    if knowhow.status != Status.DRAFT or knowhow.steps.exists():
        return knowhow
    knowhow = save_part(
        knowhow=knowhow,
        version=knowhow.version,
        by=by,
        values={
            "title": working_title(summary),
            "summary": summary,
            "what_happened": what_happened,
            "context": context,
        },
    )
    if about is not None:
        relations.propose(from_item=knowhow, to_item=about, kind=RelationKind.ADDS_TO, by=by)
    return submit(knowhow=knowhow, version=knowhow.version, by=by, has_promised=has_promised)


@transaction.atomic
def take_back(*, knowhow: KnowHow, by: User) -> KnowHow:
    """Let the author work on it again while nobody has decided. Raises NotReady once it has been shown to readers."""
    Item.objects.select_for_update().get(pk=knowhow.pk)
    knowhow = KnowHow.objects.get(pk=knowhow.pk)
    if by.pk != knowhow.owner_id:
        raise NotReady("Only the author can take it back.")
    if knowhow.status != Status.SUBMITTED or knowhow.published_at is not None:
        raise NotReady("It is not waiting for the library team, so there is nothing to take back.")
    knowhow.status = Status.DRAFT
    knowhow.save()
    record(knowhow=knowhow, action=Action.TAKEN_BACK, by=by)
    return knowhow


@transaction.atomic
def reply(*, knowhow: KnowHow, by: User, text: str) -> Step:
    """Answer the library team about one's own contribution. Raises NotReady for others' and for an empty answer."""
    if by.pk not in {knowhow.owner_id, knowhow.written_by_id}:
        raise NotReady("Only its author can answer here.")
    if not text.strip():
        raise NotReady("Write your answer.")
    step = record(knowhow=knowhow, action=Action.REPLIED, by=by, note=text.strip())
    letters.to_library("replied", knowhow=knowhow, step=step)
    return step


def working_title(summary: str) -> str:
    """Return the first words of what others should do, until a librarian finds a title with the author."""
    line = " ".join(summary.split())
    if len(line) <= WORKING_TITLE_LENGTH:
        return line.rstrip(".")
    return line[:WORKING_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def send_in(knowhow: KnowHow, *, version: int, by: User, has_promised: bool, action: str) -> KnowHow:
    """Put the contribution before the library team, with its warnings and its texts as they stand."""
    refuse_incomplete(knowhow)
    if not has_promised:
        raise NotReady("Tick the three statements before you send it.")
    claim_version(item=knowhow, version=version)
    texts = texts_of(knowhow)
    knowhow.status = Status.SUBMITTED
    knowhow.submitted_at = timezone.now()
    knowhow.has_promised = True
    knowhow.warnings = find_in(texts)
    if is_told(knowhow) and not knowhow.title:
        knowhow.title = working_title(knowhow.summary)
    knowhow.save()
    if knowhow.visibility == Visibility.TEAM:
        _name(knowhow, _librarians_for(knowhow))
    record(knowhow=knowhow, action=action, by=by, texts=texts)
    letters.submitted(knowhow=knowhow)
    return knowhow


def refuse_incomplete(knowhow: KnowHow) -> None:
    """Raise NotReady, naming the questions that still have to be answered."""
    missing = missing_from(knowhow)
    if missing:
        raise NotReady("Still to answer: " + " · ".join(missing))


def _librarians_for(knowhow: KnowHow) -> list[User]:
    librarians = User.objects.librarians().exclude(pk=knowhow.owner_id)
    own = list(librarians.filter(organisation=knowhow.organisation_id)) if knowhow.organisation_id else []
    return own or list(librarians)


def _name(knowhow: KnowHow, people: Iterable[User]) -> None:
    """Let these people read the contribution, whatever its visibility."""
    ItemPerson.objects.bulk_create(
        [
            ItemPerson(item_id=knowhow.pk, user=person, capacity=ItemPerson.Capacity.READER)
            for person in people
            if person.pk != knowhow.owner_id
        ],
        ignore_conflicts=True,
    )
