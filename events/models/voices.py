"""What people say without an account: pledges, what they did, sessions they propose. All of it is read before it shows."""

from typing import ClassVar

from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone

from events.choices import Mode, Moderation, PledgeProgress, ProposalState
from events.models.campaign import Campaign
from events.models.event import Event
from events.querysets import PledgeQuerySet, ProposalQuerySet, StoryQuerySet

PLEDGE_LIMIT = 300
STORY_LIMIT = 1_200
PLEDGE_SALT = "events.pledge"


class Voice(models.Model):
    """Something sent in for a campaign's wall."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="%(class)s_set")
    name = models.CharField(max_length=120, blank=True)
    organisation = models.CharField("team or organisation", max_length=200, blank=True)
    moderation = models.CharField("status", max_length=10, choices=Moderation, default=Moderation.WAITING)
    submission = models.UUIDField(unique=True, editable=False)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)
    created_at = models.DateTimeField("sent", default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def by_words(self) -> str:
        """Who says it, as the wall shows it."""
        return ", ".join(part for part in (self.name, self.organisation) if part) or "Anonymous"


class Pledge(Voice):
    """What somebody means to do. `email`, where given, is for asking once what became of it, and for nothing else."""

    text = models.CharField("pledge", max_length=PLEDGE_LIMIT)
    email = models.EmailField("e-mail address", blank=True)
    progress = models.CharField(max_length=15, choices=PledgeProgress, default=PledgeProgress.PLEDGED)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "moderation", "-created_at"], name="events_pledge_wall"),
            models.Index(
                fields=["created_at"], name="events_pledge_ask", condition=Q(asked_at=None, moderation="shown")
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def token(self) -> str:
        """What proves, in a link of a message, that it reached the person who pledged."""
        return signing.dumps(self.pk, salt=PLEDGE_SALT)


class Story(Voice):
    """A few lines on what somebody did, with a picture where they have one."""

    text = models.TextField("what you did", max_length=STORY_LIMIT)
    picture = models.FileField(upload_to="events/stories/%Y/", blank=True)
    picture_words = models.CharField("what the picture shows", max_length=300, blank=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["campaign", "moderation", "-created_at"], name="events_story_wall")]

    def __str__(self) -> str:
        return self.text[:80]


class Proposal(models.Model):
    """A session that somebody proposes. Accepting it makes a draft event with the same words."""

    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals")
    title = models.CharField(max_length=200)
    summary = models.TextField("what it is about", max_length=2_000)
    gains = models.TextField("what people will get", max_length=1_000, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.ONLINE)
    when = models.CharField("when it could be", max_length=300, blank=True)
    speakers = models.CharField("who would speak", max_length=300, blank=True)
    name = models.CharField("your name", max_length=120)
    email = models.EmailField("your e-mail address")
    organisation = models.CharField("your organisation", max_length=200)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.WAITING, editable=False)
    answer = models.TextField(blank=True, editable=False)
    event = models.OneToOneField(
        Event, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposal", editable=False
    )
    submission = models.UUIDField(unique=True, editable=False)
    created_at = models.DateTimeField("sent", default=timezone.now, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "created_at"], name="events_proposal_queue")]

    def __str__(self) -> str:
        return self.title


def pledge_key(token: str) -> int | None:
    """Return the key that a token of `Pledge.token` stands for, None for anything else."""
    try:
        key = signing.loads(token, salt=PLEDGE_SALT)
    except signing.BadSignature:
        return None
    return key if isinstance(key, int) else None
