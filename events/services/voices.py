"""Pledges, what people did, proposed sessions: sent in by anybody, read by a librarian before anybody else."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.attachments import ENDINGS, check_file
from catalogue.choices import Status
from catalogue.services import NotReady
from events.choices import BookingWay, Mode, Moderation, PledgeProgress, ProposalState
from events.models import Campaign, Event, Pledge, Proposal, Speaker, Story
from mail.links import portal_url
from mail.services import queue

PURPOSE = "campaign"
PICTURES = ("image/png", "image/jpeg")
# How long after a pledge its author is asked, once, what became of it.
ASK_AFTER = datetime.timedelta(days=30)
# How long names and addresses are kept with what is over.
PERSONAL_DATA_KEPT = datetime.timedelta(days=365)


def pledge(*, campaign: Campaign, submission: uuid.UUID, **words: Any) -> Pledge:
    """Keep a pledge until a librarian has read it. The same form again gives back what it made."""
    return _once(Pledge, submission, campaign=campaign, **words)


def tell(*, campaign: Campaign, submission: uuid.UUID, picture: Any = None, **words: Any) -> Story:
    """Keep what somebody did, and their picture without what it tells in passing, until a librarian has read it.

    Raises RefusedFile with a sentence for a picture that may not be kept.
    """
    if picture is None:
        return _once(Story, submission, campaign=campaign, **words)
    checked = check_file(name=picture.name, content=picture.read(), allowed=PICTURES)
    stored_as = f"{uuid.uuid4().hex}{ENDINGS[checked.content_type]}"
    return _once(Story, submission, campaign=campaign, picture=ContentFile(checked.content, stored_as), **words)


def propose(*, submission: uuid.UUID, campaign: Campaign | None = None, **words: Any) -> Proposal:
    """Keep a proposed session and tell the library team. The same form again gives back what it made."""
    proposal = _once(Proposal, submission, campaign=campaign, **words)
    admin_url = portal_url(reverse("admin:events_proposal_change", args=[proposal.pk]))
    queue(
        to=settings.LIBRARY_TEAM_EMAIL,
        subject=f"A session is proposed: {proposal.title}",
        text=_text("proposal_team", proposal=proposal, admin_url=admin_url),
        purpose=PURPOSE,
        reply_to=proposal.email,
        key=f"proposal.{proposal.pk}.team",
    )
    return proposal


def _once(model: Any, submission: uuid.UUID, **values: Any) -> Any:
    existing = model.objects.filter(submission=submission).first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return model.objects.create(submission=submission, **values)
    except IntegrityError:
        return model.objects.get(submission=submission)


@transaction.atomic
def moderate(*, voices: Iterable[Pledge | Story], moderation: Moderation, by: User) -> int:
    """Show what people sent in, or do not. Returns how many changed. Raises NotReady for others than librarians."""
    _refuse_unless_librarian(by)
    number = 0
    for voice in voices:
        if voice.moderation != moderation:
            voice.moderation = moderation
            voice.save(update_fields=["moderation"])
            number += 1
    return number


@transaction.atomic
def set_progress(*, pledge: Pledge, progress: PledgeProgress) -> Pledge:
    """Say what became of a pledge."""
    pledge.progress = progress
    pledge.save(update_fields=["progress"])
    return pledge


def ask_what_became(*, at: datetime.datetime | None = None) -> int:
    """Ask once those who gave an address what became of their pledge; return how many messages were written."""
    moment = at or timezone.now()
    number = 0
    for pledge in Pledge.objects.due_follow_up(at=moment, after=ASK_AFTER).select_related("campaign"):
        with transaction.atomic():
            if not Pledge.objects.filter(pk=pledge.pk, asked_at=None).update(asked_at=moment):
                continue
            queue(
                to=pledge.email,
                subject=f"Your pledge for {pledge.campaign.title}: what became of it?",
                text=_text(
                    "pledge", pledge=pledge, url=portal_url(reverse("events:pledge-progress", args=[pledge.token]))
                ),
                purpose=PURPOSE,
                reply_to=settings.LIBRARY_TEAM_EMAIL,
                key=f"pledge.{pledge.pk}.progress",
            )
            number += 1
    return number


@transaction.atomic
def accept(*, proposal: Proposal, by: User, note: str = "") -> Event:
    """Make a draft event of a proposed session and tell whoever proposed it. Raises NotReady with a sentence."""
    proposal = _decide(proposal, ProposalState.ACCEPTED, by, note)
    event = Event(
        form="webinar",
        title=proposal.title,
        summary=proposal.summary,
        gains=proposal.gains,
        mode=proposal.mode if proposal.mode != Mode.ANY_TIME else Mode.ONLINE,
        booking=BookingWay.HERE,
        campaign=proposal.campaign,
        owner=by,
        status=Status.DRAFT,
    )
    event.save()
    Speaker.objects.create(event=event, name=proposal.name, role=proposal.organisation, email=proposal.email)
    proposal.event = event
    proposal.save()
    _answer(proposal)
    return event


@transaction.atomic
def decline(*, proposal: Proposal, by: User, note: str) -> Proposal:
    """Say no to a proposed session, with the reason. Raises NotReady with a sentence."""
    if not note.strip():
        raise NotReady("Say why, in a sentence: it is sent to whoever proposed the session.")
    proposal = _decide(proposal, ProposalState.DECLINED, by, note)
    proposal.save()
    _answer(proposal)
    return proposal


def _decide(proposal: Proposal, state: ProposalState, by: User, note: str) -> Proposal:
    _refuse_unless_librarian(by)
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != ProposalState.WAITING:
        raise NotReady(f"“{proposal.title}” is {proposal.get_state_display().lower()} already.")
    proposal.state, proposal.answer = state, note.strip()
    return proposal


def _answer(proposal: Proposal) -> None:
    words = "accepted" if proposal.state == ProposalState.ACCEPTED else "not taken up"
    queue(
        to=proposal.email,
        subject=f"Your session is {words}: {proposal.title}",
        text=_text("proposal_answer", proposal=proposal),
        purpose=PURPOSE,
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        key=f"proposal.{proposal.pk}.answer",
    )


def forget_old(*, at: datetime.datetime | None = None) -> int:
    """Delete addresses of pledges and proposals a year later; return how many."""
    long_ago = (at or timezone.now()) - PERSONAL_DATA_KEPT
    number = Pledge.objects.filter(created_at__lt=long_ago).exclude(email="").update(email="")
    return number + Proposal.objects.filter(created_at__lt=long_ago).exclude(email="").update(email="", name="")


def _refuse_unless_librarian(by: User) -> None:
    if not by.is_librarian:
        raise NotReady("Only librarians can do this.")


def _text(template: str, **values: Any) -> str:
    return render_to_string(f"events/email/{template}.txt", {"brand": settings.BRAND, **values}).strip()
