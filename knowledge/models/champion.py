"""Champions, invitations to contribute, messages through the portal, communities of practice."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import Organisation, User
from design.markdown import render_markdown
from knowledge.models.contribution import KnowHow
from knowledge.querysets import ChampionQuerySet, CommunityQuerySet
from taxonomy.models import Topic


@pghistory.track()
class ChampionProfile(models.Model):
    """A knowledge champion, or a person who asked to be one: what they cover and whether the directory shows them.

    The role itself is `User.role`; a librarian's grant gives it.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="champion_profile")
    team = models.CharField("your team", max_length=120, blank=True)
    region = models.CharField("region or patch", max_length=120, blank=True)
    about = models.CharField("what people can ask you about", max_length=500, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="champions")
    is_listed = models.BooleanField("show me in the directory of champions", default=False)
    buddy = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="librarian to turn to"
    )
    reason = models.CharField("why you would like to be a champion", max_length=500, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    granted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decision_note = models.CharField(max_length=500, blank=True)

    objects = ChampionQuerySet.as_manager()

    class Meta:
        verbose_name = "champion"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True) | Q(declined_at__isnull=True), name="champion_one_answer"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        """Their page in the directory."""
        return reverse("knowledge:champion", args=[self.pk])

    @property
    def is_granted(self) -> bool:
        """True for a champion."""
        return self.granted_at is not None and self.ended_at is None


class Invitation(models.Model):
    """A librarian's invitation to one person to tell what they know about a topic on which little is known."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.CharField("what is missing", max_length=500)
    at = models.DateTimeField("sent", auto_now_add=True)
    answered_by = models.ForeignKey(KnowHow, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.person} on {self.topic}"


class Message(models.Model):
    """That one person wrote to another through a contact form. The words went by mail and are not kept here."""

    sender = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    about = models.ForeignKey(KnowHow, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sender", "at"], name="message_of_sender")]

    def __str__(self) -> str:
        return f"{self.sender_id} to {self.recipient_id}"


@pghistory.track()
class Community(models.Model):
    """A community of practice: what it is for, when it meets next, how to join."""

    name = models.CharField(max_length=120, unique=True)
    purpose = models.TextField(help_text="Markdown. What members care about together.")
    topics = models.ManyToManyField(Topic, blank=True, related_name="communities")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, help_text="Blank where it is open to all."
    )
    rhythm = models.CharField("how often it meets", max_length=120, blank=True)
    next_meeting = models.DateTimeField(null=True, blank=True, help_text="UK time. A date gone by is not shown.")
    where = models.CharField("where it meets", max_length=200, blank=True)
    how_to_join = models.TextField(help_text="Markdown.")
    is_listed = models.BooleanField("shown to readers", default=True)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = "community of practice"
        verbose_name_plural = "communities of practice"

    def __str__(self) -> str:
        return self.name

    @property
    def has_coming_meeting(self) -> bool:
        """True while the next meeting lies ahead."""
        return self.next_meeting is not None and self.next_meeting > timezone.now()

    @property
    def purpose_html(self) -> SafeString:
        """The purpose as safe HTML."""
        return render_markdown(self.purpose, top_heading=3)

    @property
    def join_html(self) -> SafeString:
        """How to join, as safe HTML."""
        return render_markdown(self.how_to_join, top_heading=4)
