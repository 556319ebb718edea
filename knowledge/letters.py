"""The messages of know-how. Each is a text template whose first line is the subject.

They go through the portal's outbox like every other message: a row written in the transaction that causes it.
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from knowledge.models import ChampionProfile, Experience, Invitation, KnowHow, Report
from mail.services import queue


def send(template: str, *, to: str, reply_to: str = "", **values: Any) -> None:
    """Put one message into the outbox. `values` and the portal's address and names are what the template reads."""
    text = render_to_string(
        f"knowledge/mail/{template}.txt", {**values, "portal_url": settings.PORTAL_URL, "brand": settings.BRAND}
    )
    subject, _, body = text.strip().partition("\n")
    queue(
        to=to,
        subject=" ".join(subject.split())[:200],
        text=body.strip() + "\n",
        purpose=f"know-how.{template}",
        reply_to=reply_to,
    )


def to_author(template: str, *, knowhow: KnowHow, **values: Any) -> None:
    """Write to the author, where there is one who can still be reached."""
    author = knowhow.owner
    if author is not None and author.is_active and author.erased_at is None:
        send(template, to=author.email, knowhow=knowhow, person=author, **values)


def to_library(template: str, **values: Any) -> None:
    """Write to the library team's shared address."""
    send(template, to=settings.LIBRARY_TEAM_EMAIL, **values)


def submitted(*, knowhow: KnowHow) -> None:
    """Tell the author what happens next and when, and the library team that something waits."""
    to_author("submitted", knowhow=knowhow)
    to_library("waiting", knowhow=knowhow)


def challenged(*, knowhow: KnowHow, experience: Experience) -> None:
    """Tell the author and the library team that a colleague would be careful."""
    to_author("challenged", knowhow=knowhow, experience=experience)
    to_library("challenged_library", knowhow=knowhow, experience=experience)


def reported(*, knowhow: KnowHow, report: Report) -> None:
    """Tell the library team of a problem, and the author where their item is hidden for now."""
    to_library("reported", knowhow=knowhow, report=report)
    if report.hid:
        to_author("hidden", knowhow=knowhow, report=report)


def asked_to_be_champion(*, profile: ChampionProfile) -> None:
    """Tell the library team that somebody would like to be a champion."""
    to_library("champion_asked", profile=profile)


def champion_answer(*, profile: ChampionProfile) -> None:
    """Tell the person what the library team decided."""
    send("champion_answer", to=profile.user.email, profile=profile)


def invited(*, invitation: Invitation) -> None:
    """Ask a person for what they know about a topic."""
    send("invited", to=invitation.person.email, invitation=invitation)


def contact(*, recipient: User, sender: User, text: str, about: KnowHow | None) -> None:
    """Pass a colleague's words on. The answer goes straight to the sender; the recipient's address stays hidden."""
    send("contact", to=recipient.email, reply_to=sender.email, sender=sender, text=text, about=about)
