"""What updates add to a person's account: what they follow, the copy of their data, and what goes with them."""

from typing import Any

from django.db.models import BooleanField, Case, ExpressionWrapper, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import User
from digests.choices import RHYTHMS
from digests.models import Digest, Follow, Subscriber
from digests.services import following
from mail.models import Suppression


def own_updates(user: User) -> dict[str, Any]:
    """Return what the person follows and whether mail reaches them, for the account page."""
    subscriber = Subscriber.objects.of(user).first()
    follows = list(subscriber.follows.with_names()[:20]) if subscriber else []
    return {
        "subscriber": subscriber,
        "follows": follows,
        "refusal": Suppression.objects.filter(address=user.email.lower()).first(),
    }


def own_follow(user: User) -> Subquery:
    """Return, for each topic, how this person follows it: pk, with_narrower and is_stopped; None where they do not."""
    is_stopped = ExpressionWrapper(Q(subscriber__stopped_at__isnull=False), output_field=BooleanField())
    theirs = Follow.objects.filter(topic=OuterRef("pk"), subscriber__user=user)
    return Subquery(theirs.values(row=JSONObject(pk="pk", with_narrower="with_narrower", is_stopped=is_stopped)))


def own_rhythm(user: User) -> Subquery:
    """Return how often this person gets mail: words, as `Subscriber.rhythm`, and is_paused; None where they never chose."""
    theirs = Subscriber.objects.of(user).order_by()
    words = Case(*(When(frequency=frequency, then=Value(words)) for frequency, words in RHYTHMS.items()))
    is_paused = ExpressionWrapper(Q(paused_until__gt=timezone.localdate()), output_field=BooleanField())
    return Subquery(theirs.values(row=JSONObject(words=words, is_paused=is_paused)))


def export(user: User) -> dict[str, Any] | None:
    """Return what the person follows, their choices and what was sent."""
    subscriber = Subscriber.objects.of(user).first()
    if subscriber is None:
        return None
    return {
        "how_often": subscriber.get_frequency_display(),
        "hour": subscriber.local_hour,
        "time_zone": subscriber.time_zone,
        "paused_until": subscriber.paused_until,
        "stopped": subscriber.stopped_at,
        "follows": [
            {"name": follow.name, "with_narrower": follow.with_narrower, "since": follow.created_at}
            for follow in subscriber.follows.with_names()
        ],
        "updates": list(
            Digest.objects.filter(subscriber=subscriber).order_by("pk").values("run__period", "state", "settled_at")
        ),
    }


def forget(user: User) -> None:
    """Delete what they follow and every mail to them."""
    for subscriber in Subscriber.objects.of(user):
        following.forget(subscriber=subscriber)
