"""What happened to know-how after it was written: steps, colleagues' experience, reported problems."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString

from accounts.models import Organisation, User
from catalogue.choices import Status
from design.markdown import render_markdown
from knowledge.choices import Action, Problem, Reason, Verdict
from knowledge.models.contribution import KnowHow
from knowledge.querysets import AnswerQuerySet, ExperienceQuerySet, ReportQuerySet, StepQuerySet


class Step(models.Model):
    """One step in the life of a contribution: who did what, when and why. Written once, never changed.

    `texts` holds the words as they stood when the contribution was sent, so that a moderator sees what changed since.
    """

    knowhow = models.ForeignKey(KnowHow, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=15, choices=Action)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reasons = ArrayField(models.CharField(max_length=15, choices=Reason), default=list, blank=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    texts = models.JSONField(default=dict, blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["knowhow", "at"], name="step_of_knowhow")]

    def __str__(self) -> str:
        return self.get_action_display()

    @property
    def reasons_in_words(self) -> list[str]:
        """The reasons in words."""
        return [Reason(value).label for value in self.reasons]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Experience(models.Model):
    """What one colleague says about know-how: a tap, a line, and where. One each; saying it again replaces it.

    `organisation` is the one the person belonged to at that moment, so that a move later changes nothing.
    """

    knowhow = models.ForeignKey(KnowHow, on_delete=models.CASCADE, related_name="experiences")
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="experiences")
    organisation = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    line = models.CharField("what you saw", max_length=280, blank=True)
    place = models.CharField("where", max_length=120)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_note = models.CharField(max_length=500, blank=True)

    objects = ExperienceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["knowhow", "person"], name="experience_once_each"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(verdict=Verdict.CAREFUL),
                name="experience_only_careful_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.place})"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Answer(models.Model):
    """What one colleague answers to a question. One each; answering again replaces it. `helpful_at`: the asker found so."""

    knowhow = models.ForeignKey(KnowHow, on_delete=models.CASCADE, related_name="colleagues_answers")
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField("answer")
    place = models.CharField("where", max_length=120)
    at = models.DateTimeField()
    helpful_at = models.DateTimeField(null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["knowhow", "person"], name="answer_once_each")]

    def __str__(self) -> str:
        return f"{self.text[:60]} ({self.place})"

    @property
    def html(self) -> SafeString:
        """The answer as safe HTML."""
        return render_markdown(self.text, top_heading=4)


@pghistory.track()
class Report(models.Model):
    """A problem that a reader reported. `hid` and `status_before` say what to undo."""

    knowhow = models.ForeignKey(KnowHow, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    problem = models.CharField(max_length=15, choices=Problem)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    hid = models.BooleanField("hid the item", default=False)
    status_before = models.CharField(max_length=20, choices=Status, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.TextField(blank=True)

    objects = ReportQuerySet.as_manager()

    def __str__(self) -> str:
        return self.get_problem_display()
