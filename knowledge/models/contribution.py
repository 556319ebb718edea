"""Know-how: what a colleague learned."""

import datetime
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from accounts.models import User
from catalogue.choices import KindName, Status
from catalogue.models import Item
from knowledge.choices import CARD, LEVEL_MEANINGS, QUESTION, TYPES_WITHOUT_LEVEL, Basis, Level, Outcome, ToldAs
from knowledge.levels import is_recent
from knowledge.models.technique import TechniqueTemplate
from knowledge.querysets import KnowHowQuerySet


@pghistory.track(obj_field=pghistory.ObjForeignKey(related_name="knowhow_events"))
class KnowHow(Item):  # type: ignore[django-manager-missing]  # the parent's manager of topics comes from taggit
    """What a colleague learned, told freely or by a technique's questions.

    `Item.owner` is its author and may be empty: know-how outlives the account. `Item.summary` is what others should do
    differently, `Item.standing` how well tested it is. `answers` holds the technique's own questions by key.
    A who's who card (`is_card`) has questions of its own, kept the same way, and the day `until` which it is shown.
    `written_by` is the librarian who wrote it up for the author, and `agreed_version` the version the author agreed to.
    """

    technique = models.ForeignKey(
        TechniqueTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="knowhow"
    )
    context = models.TextField("where and when", blank=True)
    what_we_did = models.TextField("what was done", blank=True)
    what_happened = models.TextField("what happened", blank=True)
    works_when = models.TextField("when it works and when not", blank=True)
    next_time = models.TextField("what to do next time", blank=True)
    answers = models.JSONField(default=dict, blank=True)
    outcome = models.CharField("how well it worked", max_length=10, choices=Outcome, blank=True)
    basis = models.CharField("what it is based on", max_length=10, choices=Basis, blank=True)

    told_as = models.CharField("shown", max_length=15, choices=ToldAs, default=ToldAs.NAME)
    credit = models.CharField("role or team as shown", max_length=120, blank=True)
    may_be_contacted = models.BooleanField("can be contacted through a form", default=False)
    has_chosen_readers = models.BooleanField("the author chose who sees it", default=False, editable=False)
    has_promised = models.BooleanField("the three statements were ticked", default=False)

    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="written_up")
    agreed_version = models.PositiveIntegerField(null=True, blank=True, editable=False)
    moderator = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="moderates")
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    warnings = models.JSONField(default=list, blank=True, editable=False)

    until = models.DateField(
        "shown until", null=True, blank=True, help_text="Of a who’s who card: the last day on which it is shown."
    )
    evaluation = models.ForeignKey(
        Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="evaluates", editable=False
    )
    retired_reason = models.TextField("why it is no longer advised", blank=True)
    last_confirmed_on = models.DateField(null=True, blank=True, editable=False)
    contribution_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = KnowHowQuerySet.as_manager()  # type: ignore[misc]  # narrower than the parent's, on purpose

    class Meta:
        verbose_name = "know-how"
        verbose_name_plural = "know-how"
        indexes: ClassVar = [GinIndex(fields=["answers"], name="knowhow_answers")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what follows from other fields: the kind, and that some types have no level."""
        self.kind = KindName.KNOWHOW
        if self.form in TYPES_WITHOUT_LEVEL:
            self.standing = ""
        elif not self.standing:
            self.standing = Level.SHARED
        super().save(*args, **kwargs)

    @property
    def is_card(self) -> bool:
        """True for a who's who card: whom to ask about what."""
        return self.form == CARD

    @property
    def is_question(self) -> bool:
        """True for a question, which colleagues answer."""
        return self.form == QUESTION

    @property
    def told_by(self) -> str:
        """Whom readers see as the author. Never more than the author chose."""
        organisation = str(self.organisation) if self.organisation else ""
        if self.told_as == ToldAs.ORGANISATION:
            return organisation or "An organisation"
        if self.told_as in {ToldAs.ROLE, ToldAs.TEAM}:
            words = self.credit or ("A colleague" if self.told_as == ToldAs.ROLE else "A team")
        else:
            words = self.owner.name if self.owner and self.owner.name else "A colleague"
        return f"{words}, {organisation}" if organisation else words

    @property
    def level_meaning(self) -> str:
        """How well tested, in one sentence; nothing where that does not apply."""
        return LEVEL_MEANINGS[Level(self.standing)] if self.standing else ""

    @property
    def is_confirmed_lately(self) -> bool:
        """False where the last confirmation is more than two years old; True where there was none yet."""
        return self.last_confirmed_on is None or is_recent(self.last_confirmed_on, today=timezone.localdate())

    @property
    def is_with_author(self) -> bool:
        """True while its author may change it."""
        return self.status in {Status.DRAFT, Status.CHANGES_REQUESTED}

    @property
    def author_has_agreed(self) -> bool:
        """Whether the author agreed to the text as it stands."""
        return self.agreed_version is not None and self.agreed_version == self.version

    @property
    def waiting_days(self) -> int:
        """For how many days it has been with the library team; 0 while it is not."""
        if self.status != Status.SUBMITTED or self.submitted_at is None:
            return 0
        return (timezone.now() - self.submitted_at) // datetime.timedelta(days=1)
