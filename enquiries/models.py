"""A question to the library and knowledge team, and everything that was done about it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from catalogue.models import Item
from enquiries.querysets import EnquiryQuerySet

QUESTION_LIMIT = 5_000
# The longest path or search that is kept with a question.
CONTEXT_LIMIT = 500


class Reason(models.TextChoices):
    """What an enquiry is about."""

    EVIDENCE_SEARCH = "evidence_search", "Ask for an evidence search"
    COPY = "copy", "Ask for a copy of a document"
    SHARE_KNOWHOW = "share_knowhow", "Share know-how"
    BECOME_CHAMPION = "become_champion", "Become a knowledge champion"
    SUGGEST_TOPIC = "suggest_topic", "Suggest a topic"
    REPORT_PROBLEM = "report_problem", "Report a problem or a broken link"
    CORRECT_OR_WITHDRAW = "correct", "Correct or withdraw something"
    ACCESSIBILITY = "accessibility", "Report an accessibility problem"
    KNOWVEMBER = "knowvember", "KNOWvember"
    GENERAL = "general", "Ask something else"


class Enquiry(models.Model):
    """One question from one person, known to both sides by its reference.

    `submission` names the form that was sent, so that sending it twice makes one enquiry. `from_page` is the path of
    the page that the person came from; `item` and `search_query` what they were looking at or for.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting for an answer"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"

    reference = models.CharField(max_length=12, unique=True, editable=False)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    reason = models.CharField(max_length=20, choices=Reason)
    question = models.TextField(max_length=QUESTION_LIMIT)
    name = models.CharField(max_length=120)
    email = models.EmailField("e-mail address")
    person = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="enquiries", verbose_name="account"
    )
    from_page = models.CharField("came from the page", max_length=CONTEXT_LIMIT, blank=True)
    item = models.ForeignKey(
        Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="enquiries", verbose_name="about the item"
    )
    search_query = models.CharField("had searched for", max_length=CONTEXT_LIMIT, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    assigned_to = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_enquiries"
    )
    created_at = models.DateTimeField("received", default=timezone.now)
    answered_at = models.DateTimeField("answered", null=True, blank=True)
    closed_at = models.DateTimeField("closed", null=True, blank=True)
    forgotten_at = models.DateTimeField("personal data deleted", null=True, blank=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "enquiries"
        indexes: ClassVar = [
            models.Index(fields=["state", "created_at"], name="enquiry_queue"),
            models.Index(fields=["-created_at"], name="enquiry_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(state="closed") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="enquiry_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False), name="enquiry_answered_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.get_reason_display()}"


class Entry(models.Model):
    """Something that was done about an enquiry. Only an answer is for the person who asked."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answered"
        NOTE = "note", "Internal note"
        HANDED_OVER = "handed_over", "Handed over"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Opened again"

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "step"
        verbose_name_plural = "history"
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.enquiry_id}"
