"""Changes to enquiries: receiving, answering, handing over, noting, closing, forgetting."""

import datetime
import secrets
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.models import Item
from enquiries.models import Enquiry, Entry
from mail.links import portal_url
from mail.services import forget_messages, queue

# Letters and digits that nobody mistakes for each other when reading a reference out.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_TRIES = 10

# How long a closed enquiry says who asked, and how long an answered one waits to be closed.
PERSONAL_DATA_KEPT = datetime.timedelta(days=2 * 365)
ANSWERED_STAYS_OPEN = datetime.timedelta(days=30)

PURPOSE = "enquiry"


class CannotDo(Exception):
    """The step makes no sense for this enquiry, or this person may not take it; the message says why."""


def new_reference(length: int) -> str:
    """Return a reference such as ENQ-7K3M, at random."""
    return "ENQ-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(length))


def receive(
    *,
    reason: str,
    question: str,
    name: str,
    email: str,
    person: User | None = None,
    submission: uuid.UUID | None = None,
    from_page: str = "",
    item: Item | None = None,
    search_query: str = "",
) -> Enquiry:
    """Keep the question, write to the team, and tell the person that it has arrived.

    The same `submission` again gives back the enquiry that it made, whatever else is given and however many requests
    carry it at once.
    """
    token = submission or uuid.uuid4()
    for attempt in range(REFERENCE_TRIES):
        try:
            with transaction.atomic():
                enquiry = Enquiry.objects.create(
                    reference=new_reference(4 if attempt < REFERENCE_TRIES // 2 else 6),
                    submission=token,
                    reason=reason,
                    question=question,
                    name=name,
                    email=email,
                    person=person,
                    from_page=from_page,
                    item=item,
                    search_query=search_query,
                )
                tell_team(enquiry)
                acknowledge(enquiry)
                return enquiry
        except IntegrityError:
            # Either this form made an enquiry already, or chance gave a reference that is taken.
            earlier = Enquiry.objects.made_by(token)
            if earlier is not None:
                return earlier
    raise RuntimeError("No free reference was found in several tries.")


@transaction.atomic
def answer(*, enquiry: Enquiry, text: str, by: User) -> Enquiry:
    """Send the answer to the person who asked, and keep it. A further answer may follow.

    Raises CannotDo where there is no text, where the same answer was sent already, or for a closed enquiry.
    """
    enquiry = locked(enquiry, by=by)
    text = text.strip()
    if not text:
        raise CannotDo("Write the answer first.")
    if enquiry.state == Enquiry.State.CLOSED:
        raise CannotDo(f"{enquiry.reference} is closed. Open it again to answer.")
    last = enquiry.entries.filter(kind=Entry.Kind.ANSWER).last()
    if last is not None and last.text == text:
        raise CannotDo("This very answer was sent already.")
    entry = enquiry.entries.create(kind=Entry.Kind.ANSWER, text=text, by=by)
    enquiry.state = Enquiry.State.ANSWERED
    enquiry.answered_at = entry.created_at
    enquiry.assigned_to = enquiry.assigned_to or by
    enquiry.save()
    write_to(
        enquiry,
        to=enquiry.email,
        subject=f"Our answer to your question ({enquiry.reference})",
        template="answer",
        key=f"answer.{entry.pk}",
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        values={"answer": text, "by": by},
    )
    return enquiry


@transaction.atomic
def hand_over(*, enquiry: Enquiry, to: User, by: User, note: str = "") -> Enquiry:
    """Make another librarian responsible and tell them. Raises CannotDo where `to` is none, or has it already."""
    enquiry = locked(enquiry, by=by)
    if not (to.is_librarian and to.is_active):
        raise CannotDo(f"{to} is not a librarian who can sign in.")
    if enquiry.assigned_to_id == to.pk:
        raise CannotDo(f"{to} has {enquiry.reference} already.")
    if enquiry.state == Enquiry.State.CLOSED:
        raise CannotDo(f"{enquiry.reference} is closed. Open it again to hand it over.")
    enquiry.assigned_to = to
    enquiry.save()
    words = f"To {to}." + (f" {note.strip()}" if note.strip() else "")
    entry = enquiry.entries.create(kind=Entry.Kind.HANDED_OVER, text=words, by=by)
    if to.pk != by.pk:
        write_to(
            enquiry,
            to=to.email,
            subject=f"{enquiry.reference} is yours: {enquiry.get_reason_display()}",
            template="handed_over",
            key=f"handed-over.{entry.pk}",
            values={"by": by, "note": note.strip()},
        )
    return enquiry


@transaction.atomic
def add_note(*, enquiry: Enquiry, text: str, by: User) -> Enquiry:
    """Keep a note that only librarians read. Raises CannotDo where there is no text."""
    enquiry = locked(enquiry, by=by)
    if not text.strip():
        raise CannotDo("Write the note first.")
    enquiry.entries.create(kind=Entry.Kind.NOTE, text=text.strip(), by=by)
    return enquiry


@transaction.atomic
def close(*, enquiry: Enquiry, by: User | None, note: str = "") -> Enquiry:
    """Take the enquiry off the table, answered or not; nothing is sent. Raises CannotDo where it is closed already.

    `by` is None where time closes it.
    """
    enquiry = locked(enquiry, by=by)
    if enquiry.state == Enquiry.State.CLOSED:
        raise CannotDo(f"{enquiry.reference} is closed already.")
    enquiry.state = Enquiry.State.CLOSED
    enquiry.closed_at = timezone.now()
    enquiry.save()
    enquiry.entries.create(kind=Entry.Kind.CLOSED, text=note.strip(), by=by)
    return enquiry


@transaction.atomic
def reopen(*, enquiry: Enquiry, by: User) -> Enquiry:
    """Put a closed enquiry back among those that wait. Raises CannotDo where that is not possible."""
    enquiry = locked(enquiry, by=by)
    if enquiry.state != Enquiry.State.CLOSED:
        raise CannotDo(f"{enquiry.reference} is not closed.")
    if enquiry.forgotten_at is not None:
        raise CannotDo(f"Who asked {enquiry.reference} is deleted, so nobody can be answered.")
    enquiry.state = Enquiry.State.RECEIVED
    enquiry.closed_at = None
    enquiry.save()
    enquiry.entries.create(kind=Entry.Kind.REOPENED, by=by)
    return enquiry


@transaction.atomic
def forget(*, enquiry: Enquiry) -> None:
    """Delete who asked, what they asked and what was written about it; that there was an enquiry stays, closed."""
    enquiry = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
    enquiry.entries.update(text="")
    forget_messages(key=f"enquiry.{enquiry.pk}")
    now = timezone.now()
    enquiry.name = enquiry.email = enquiry.question = enquiry.from_page = enquiry.search_query = ""
    enquiry.person = None
    enquiry.state = Enquiry.State.CLOSED
    enquiry.closed_at = enquiry.closed_at or now
    enquiry.forgotten_at = now
    enquiry.save()


def forget_person(user: User) -> None:
    """Forget everything that the person asked, open or not (accounts.hooks.on_erase)."""
    for enquiry in Enquiry.objects.of_person(user):
        forget(enquiry=enquiry)


def tidy(*, at: datetime.datetime | None = None) -> tuple[int, int]:
    """Close what was answered a month ago, forget what was closed two years ago; return how many of each."""
    moment = at or timezone.now()
    answered = list(Enquiry.objects.answered_before(moment - ANSWERED_STAYS_OPEN))
    for enquiry in answered:
        # A librarian may have closed it since the list was read.
        with suppress(CannotDo):
            close(enquiry=enquiry, by=None, note=f"Nobody wrote again within {ANSWERED_STAYS_OPEN.days} days.")
    closed = list(Enquiry.objects.closed_before(moment - PERSONAL_DATA_KEPT))
    for enquiry in closed:
        forget(enquiry=enquiry)
    return len(answered), len(closed)


def locked(enquiry: Enquiry, *, by: User | None) -> Enquiry:
    """Return the enquiry as it is now, locked. Raises CannotDo where `by` is a person and not a librarian."""
    if by is not None and not by.is_librarian:
        raise CannotDo("Only librarians can do this.")
    return Enquiry.objects.select_for_update().get(pk=enquiry.pk)


def tell_team(enquiry: Enquiry) -> None:
    """Write to the library and knowledge team; answering the message answers the person."""
    write_to(
        enquiry,
        to=settings.LIBRARY_TEAM_EMAIL,
        subject=f"{enquiry.reference}: {enquiry.get_reason_display()}",
        template="received_by_team",
        key="team",
        reply_to=enquiry.email,
    )


def acknowledge(enquiry: Enquiry) -> None:
    """Tell the person that the question has arrived.

    Their own words come back only to an address that is known to be theirs: otherwise anyone could use the form to
    send words of their own to anybody.
    """
    is_theirs = enquiry.person is not None and enquiry.person.email.lower() == enquiry.email.lower()
    write_to(
        enquiry,
        to=enquiry.email,
        subject=f"We have your question ({enquiry.reference})",
        template="acknowledgement",
        key="received",
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        values={"is_theirs": is_theirs},
    )


def write_to(
    enquiry: Enquiry,
    *,
    to: str,
    subject: str,
    template: str,
    key: str,
    reply_to: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    """Queue a message about the enquiry; the same key again is the same message."""
    context = {
        "enquiry": enquiry,
        "brand": settings.BRAND,
        "answer_time": settings.ENQUIRY_ANSWER_TIME,
        "page_url": portal_url(enquiry.from_page) if enquiry.from_page else "",
        "item_url": portal_url(enquiry.item.get_absolute_url()) if enquiry.item else "",
        "admin_url": portal_url(reverse("admin:enquiries_enquiry_change", args=[enquiry.pk])),
        **(values or {}),
    }
    queue(
        to=to,
        subject=subject,
        text=render_to_string(f"enquiries/email/{template}.txt", context).strip(),
        reply_to=reply_to,
        purpose=PURPOSE,
        key=f"enquiry.{enquiry.pk}.{key}",
    )
