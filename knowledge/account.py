"""What know-how adds to a person's account: the way to their contributions, the copy of their data, what goes with them."""

from typing import Any

from django.db import transaction

from accounts.models import User
from catalogue.choices import Status
from knowledge.models import Answer, ChampionProfile, Experience, Invitation, KnowHow, Message, Step
from knowledge.questions import texts_of


def own_knowhow(user: User) -> dict[str, Any]:
    """Return how much the person shared, and their profile as a champion, for the account page."""
    return {
        "number": KnowHow.objects.told_by(user).count(),
        "profile": ChampionProfile.objects.granted().filter(user=user).first(),
    }


def export(user: User) -> dict[str, Any]:
    """Return all that the person wrote, said and was asked here."""
    profile = ChampionProfile.objects.filter(user=user).prefetch_related("topics").first()
    return {
        "contributions": [
            {
                "title": row.title,
                "state": row.state_label,
                "shown_as": row.told_by,
                "answers": texts_of(row),
                "sent": row.submitted_at,
            }
            for row in KnowHow.objects.filter(owner=user).select_related("technique", "organisation", "owner")
        ],
        "experiences": list(
            Experience.objects.filter(person=user).values("knowhow__title", "verdict", "line", "place", "at")
        ),
        "answers_to_questions": list(
            Answer.objects.filter(person=user).values("knowhow__title", "text", "place", "at", "helpful_at")
        ),
        "answers_to_the_library_team": list(Step.objects.filter(by=user).values("action", "note", "at")),
        "invitations": list(Invitation.objects.filter(person=user).values("topic__name", "message", "at")),
        "messages_sent_to_colleagues": list(Message.objects.filter(sender=user).values("at")),
        "champion": None
        if profile is None
        else {
            "team": profile.team,
            "region": profile.region,
            "about": profile.about,
            "reason": profile.reason,
            "topics": [topic.name for topic in profile.topics.all()],
            "asked": profile.asked_at,
        },
    }


@transaction.atomic
def forget(user: User) -> None:
    """Take away what is about the person alone: drafts they never sent, profile, invitations, traces of messages.

    What they shared stays, in the name of a former member or as they chose to be shown; nobody can write to them.
    """
    KnowHow.objects.filter(owner=user, status=Status.DRAFT, submitted_at=None).delete()
    for knowhow in KnowHow.objects.filter(owner=user, may_be_contacted=True):
        knowhow.may_be_contacted = False
        knowhow.save()
    profile_events = ChampionProfile._meta.get_field("events").related_model
    profile_events._default_manager.filter(user_id=user.pk).delete()  # type: ignore[union-attr]
    ChampionProfile.objects.filter(user=user).delete()
    profile_events._default_manager.filter(user_id=user.pk).delete()  # type: ignore[union-attr]
    Invitation.objects.filter(person=user).delete()
    Message.objects.filter(sender=user).delete()
    Message.objects.filter(recipient=user).delete()
