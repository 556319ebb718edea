"""Subscribers and what they follow."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from catalogue import kinds
from catalogue.choices import KindName
from catalogue.querysets import Reader
from digests.choices import KIND_NUMBERS, RHYTHMS, Frequency
from digests.querysets import FollowQuerySet, SubscriberQuerySet
from taxonomy.models import Topic


class Subscriber(models.Model):
    """Somebody who gets updates: a person with an account, or an address that was confirmed.

    `last_batch` is the last batch of announcements that was brought to them or had nothing for them: whatever comes
    after it is new. `key` is part of every signed link; a new one makes the old links useless.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriber"
    )
    guest_email = models.EmailField("e-mail address", max_length=254, blank=True)
    frequency = models.CharField("how often", max_length=12, choices=Frequency, default=Frequency.WEEKLY)
    local_hour = models.PositiveSmallIntegerField("hour of the day", default=7, validators=[MaxValueValidator(23)])
    time_zone = models.CharField("time zone", max_length=50, default="Europe/London")
    paused_until = models.DateField("paused until", null=True, blank=True)
    stopped_at = models.DateTimeField("stopped", null=True, blank=True)
    last_batch = models.BigIntegerField(default=0, editable=False)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField("since", default=timezone.now, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest_email="") | (Q(user__isnull=True) & ~Q(guest_email="")),
                name="subscriber_has_account_or_address",
            ),
            models.UniqueConstraint(
                Lower("guest_email"), condition=~Q(guest_email=""), name="subscriber_address_is_unique"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["frequency", "id"], name="subscriber_due", condition=Q(stopped_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        """Where the mail goes: the account's address as it is now, or the confirmed one."""
        return self.user.email if self.user else self.guest_email

    @property
    def reader(self) -> Reader:
        """Who they are to the catalogue."""
        return self.user or AnonymousUser()

    @property
    def is_paused(self) -> bool:
        """Whether nothing is sent today because they asked so."""
        return self.paused_until is not None and self.paused_until > timezone.localdate()

    @property
    def rhythm(self) -> str:
        """How often an email comes, as what follows "one short email"."""
        return RHYTHMS[Frequency(self.frequency)]


class SavedSearch(models.Model):
    """A search that somebody follows. Equal searches are one row, so that each is matched once for all its followers.

    `query` is the address of the search as `SearchFilters.as_query` writes it, without page and order.
    """

    query = models.TextField(unique=True)
    words = models.CharField("in words", max_length=500)

    def __str__(self) -> str:
        return self.words


def number(value: Any) -> Cast:
    """Return the value as the database's large whole number."""
    return Cast(value, models.BigIntegerField())


def four() -> Cast:
    """Return the number that codes are counted by."""
    return number(Value(4))


class Follow(models.Model):
    """That a subscriber follows one thing: a topic, a saved search or a kind.

    `code` says which in one number, made by the database: 4 × the topic, + 1 with narrower topics; 4 × the search + 2;
    4 × the kind + 3. Planning reads nothing else.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="follows")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="followed_by")
    with_narrower = models.BooleanField("with its narrower topics", default=True)
    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, null=True, blank=True, related_name="followed_by")
    kind = models.CharField(max_length=10, choices=KindName, blank=True)
    created_at = models.DateTimeField("since", default=timezone.now, editable=False)
    code = models.GeneratedField(
        expression=Case(
            When(
                topic__isnull=False,
                then=number(F("topic_id")) * four() + number(Cast(F("with_narrower"), models.IntegerField())),
            ),
            When(search__isnull=False, then=number(F("search_id")) * four() + number(Value(2))),
            *(When(kind=kind, then=number(Value(place * 4 + 3))) for kind, place in KIND_NUMBERS.items()),
            default=number(Value(0)),
            output_field=models.BigIntegerField(),
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(topic__isnull=False, search__isnull=True, kind="")
                | Q(topic__isnull=True, search__isnull=False, kind="")
                | (Q(topic__isnull=True, search__isnull=True) & ~Q(kind="")),
                name="follow_is_of_one_thing",
            ),
            models.UniqueConstraint(fields=["subscriber", "code"], name="follow_is_unique"),
            models.UniqueConstraint(
                fields=["subscriber", "topic"], condition=Q(topic__isnull=False), name="follow_topic_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What is followed, in words."""
        if self.topic is not None:
            return self.topic.name
        return self.search.words if self.search is not None else kinds.get(self.kind).plural
