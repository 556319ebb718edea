"""Champions: asking, granting, ending; invitations on a gap; messages that hide the address."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from accounts.services import NotAllowed, set_role
from catalogue.services import NotReady
from knowledge import letters
from knowledge.choices import MESSAGES_A_DAY
from knowledge.models import ChampionProfile, Invitation, KnowHow, Message
from taxonomy.models import Topic


@transaction.atomic
def ask_to_be_champion(*, by: User, reason: str, team: str = "", region: str = "") -> ChampionProfile:
    """Ask the library team; asked again while they have not answered, or after an answer, it is the same request.

    Raises NotReady for people who are not signed-in staff, and without a reason.
    """
    if not by.is_member:
        raise NotReady("Champions are signed-in staff. Your account says how to get staff access.")
    if not reason.strip():
        raise NotReady("Say in a line why you would like to be a champion.")
    words = {"reason": reason.strip(), "team": team.strip(), "region": region.strip()}
    profile, is_new = ChampionProfile.objects.select_for_update().get_or_create(user=by, defaults=words)
    asks_again = profile.declined_at is not None or profile.ended_at is not None
    if asks_again:
        profile.declined_at = profile.ended_at = profile.granted_at = None
        profile.reason = words["reason"]
        profile.save()
    if is_new or asks_again:
        letters.asked_to_be_champion(profile=profile)
    return profile


@transaction.atomic
def grant(*, profile: ChampionProfile, by: User, note: str = "") -> ChampionProfile:
    """Make the person a champion; the librarian who grants it is whom they turn to. Raises NotReady with a sentence."""
    profile = _locked(profile, by)
    if profile.is_granted:
        return profile
    if profile.user.role == Role.READER:
        _set_role(profile.user, Role.CHAMPION, by)
    profile.granted_at, profile.declined_at, profile.ended_at = timezone.now(), None, None
    profile.decided_by, profile.decision_note = by, note.strip()
    profile.buddy = profile.buddy or by
    profile.save()
    letters.champion_answer(profile=profile)
    return profile


@transaction.atomic
def decline(*, profile: ChampionProfile, by: User, note: str) -> ChampionProfile:
    """Answer no, with a line that the person sees. Raises NotReady without one, and once it was granted."""
    profile = _locked(profile, by)
    if profile.is_granted:
        raise NotReady("This person is a champion already. End it instead.")
    if not note.strip():
        raise NotReady("Write a line: the person sees it.")
    profile.declined_at, profile.decided_by, profile.decision_note = timezone.now(), by, note.strip()
    profile.granted_at = profile.ended_at = None
    profile.save()
    letters.champion_answer(profile=profile)
    return profile


@transaction.atomic
def end(*, profile: ChampionProfile, by: User) -> ChampionProfile:
    """End somebody's time as a champion: their role goes, what they contributed stays. Raises NotReady."""
    profile = _locked(profile, by)
    if not profile.is_granted:
        return profile
    if profile.user.role == Role.CHAMPION:
        _set_role(profile.user, Role.READER, by)
    profile.ended_at, profile.decided_by, profile.is_listed = timezone.now(), by, False
    profile.save()
    return profile


@transaction.atomic
def update_profile(
    *, profile: ChampionProfile, by: User, team: str, region: str, about: str, is_listed: bool, topics: Iterable[Topic]
) -> ChampionProfile:
    """Change what a champion covers and whether the directory shows them. Only the champion does; raises NotReady."""
    profile = ChampionProfile.objects.select_for_update().get(pk=profile.pk)
    if profile.user_id != by.pk or not profile.is_granted:
        raise NotReady("You can change only your own profile.")
    profile.team, profile.region, profile.about = team.strip(), region.strip(), about.strip()
    profile.is_listed = is_listed
    profile.save()
    profile.topics.set(topics)
    return profile


@transaction.atomic
def invite(*, people: Iterable[User], topic: Topic, message: str, by: User) -> list[Invitation]:
    """Invite champions to tell what they know about a topic; who has an open invitation to it is not asked again.

    Raises NotReady for people who are no librarians, and without a message.
    """
    if not by.is_librarian:
        raise NotReady("Only librarians can invite people to contribute.")
    if not message.strip():
        raise NotReady("Say what is missing, so that people know what to tell.")
    sent = []
    for person in people:
        if Invitation.objects.filter(person=person, topic=topic, answered_by=None).exists():
            continue
        invitation = Invitation.objects.create(person=person, topic=topic, by=by, message=message.strip())
        letters.invited(invitation=invitation)
        sent.append(invitation)
    return sent


@transaction.atomic
def write_to(*, recipient: User, sender: User, text: str, about: KnowHow | None = None) -> None:
    """Pass a message on without showing the recipient's address; the sender's goes along, for the answer.

    Raises NotReady for people who are not signed-in staff, for an empty message, where the recipient does not take
    messages, and after too many within a day.
    """
    if not sender.is_member:
        raise NotReady("Only signed-in staff can write to colleagues here.")
    if not text.strip():
        raise NotReady("Write your message.")
    if not recipient.is_active or recipient.erased_at is not None:
        raise NotReady("This colleague cannot be reached any more. Ask the library team instead.")
    day = timezone.now() - datetime.timedelta(days=1)
    if Message.objects.filter(sender=sender, at__gt=day).count() >= MESSAGES_A_DAY:
        raise NotReady(f"You have sent {MESSAGES_A_DAY} messages within a day. Try again tomorrow.")
    Message.objects.create(sender=sender, recipient=recipient, about=about)
    letters.contact(recipient=recipient, sender=sender, text=text.strip(), about=about)


def _locked(profile: ChampionProfile, by: User) -> ChampionProfile:
    if not by.is_librarian:
        raise NotReady("Only librarians can decide who is a champion.")
    locked: ChampionProfile = (
        ChampionProfile.objects.select_for_update(of=("self",)).select_related("user").get(pk=profile.pk)
    )
    return locked


def _set_role(user: User, role: str, by: User) -> None:
    try:
        set_role(user=user, role=role, by=by)
    except NotAllowed as refused:
        raise NotReady(str(refused)) from refused
