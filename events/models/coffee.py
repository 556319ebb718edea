"""A coffee trial: people sign up, are paired by a rule, meet, and say what came of it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import User
from events.choices import Rule
from events.models.event import Event
from events.querysets import CoffeeTrialQuerySet

ANSWER_LIMIT = 1_000


class CoffeeTrial(models.Model):
    """One round. The event says what it is; this row, until when and by which rules people are paired."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="coffee_trial")
    sign_up_by = models.DateField("last day to sign up")
    rules = ArrayField(models.CharField(max_length=20, choices=Rule), default=list, blank=True)
    paired_at = models.DateTimeField("paired", null=True, blank=True, editable=False)
    introduced_at = models.DateTimeField("introduced", null=True, blank=True, editable=False)
    asked_at = models.DateTimeField("asked what came of it", null=True, blank=True, editable=False)

    objects = CoffeeTrialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-sign_up_by", "-pk"]

    def __str__(self) -> str:
        return str(self.event)

    @property
    def is_open(self) -> bool:
        """True while people can sign up."""
        return self.introduced_at is None and timezone.localdate() <= self.sign_up_by


class SignUp(models.Model):
    """One person's part in a trial. `group` numbers the pair, or the three, that they belong to."""

    trial = models.ForeignKey(CoffeeTrial, on_delete=models.CASCADE, related_name="sign_ups")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="coffee_sign_ups")
    is_clinical = models.BooleanField("works with patients")
    about = models.CharField("something to start from", max_length=300, blank=True)
    group = models.PositiveIntegerField("pair", null=True, blank=True, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer = models.TextField("what came of it", max_length=ANSWER_LIMIT, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField("signed up", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "sign-up"
        ordering: ClassVar = ["group", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trial", "person"], name="events_one_sign_up_a_person")
        ]

    def __str__(self) -> str:
        return str(self.person)
