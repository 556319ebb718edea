"""Reads of enquiries."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User
    from enquiries.models import Enquiry

EnquiryType = TypeVar("EnquiryType", bound="Enquiry", covariant=True)


class EnquiryQuerySet(models.QuerySet[EnquiryType]):
    """Questions to the library and knowledge team."""

    def open(self) -> EnquiryQuerySet[EnquiryType]:
        """What waits for an answer."""
        return self.filter(state="received")

    def made_by(self, submission: uuid.UUID) -> EnquiryType | None:
        """The one that this form made, if it was sent before."""
        return self.filter(submission=submission).first()

    def oldest_first(self) -> EnquiryQuerySet[EnquiryType]:
        """The one that has waited longest on top."""
        return self.order_by("created_at", "pk")

    def newest_first(self) -> EnquiryQuerySet[EnquiryType]:
        """The latest on top."""
        return self.order_by("-created_at", "-pk")

    def asked_by(self, user: User) -> EnquiryQuerySet[EnquiryType]:
        """What this person asked while signed in. An address alone proves nothing: anyone may type it."""
        return self.filter(person=user)

    def of_person(self, user: User) -> EnquiryQuerySet[EnquiryType]:
        """What belongs to this person: what they asked, and what was asked in the name of their address."""
        return self.filter(Q(person=user) | Q(email__iexact=user.email))

    def closed_before(self, moment: datetime.datetime) -> EnquiryQuerySet[EnquiryType]:
        """What was closed before the moment and still says who asked."""
        return self.filter(state="closed", closed_at__lt=moment, forgotten_at=None)

    def answered_before(self, moment: datetime.datetime) -> EnquiryQuerySet[EnquiryType]:
        """What was answered before the moment and nobody has closed."""
        return self.filter(state="answered", answered_at__lt=moment)
