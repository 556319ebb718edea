"""Reads of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import JSONObject

from catalogue.querysets import ItemQuerySet
from evidence.identifiers import title_key

if TYPE_CHECKING:
    from evidence.models import Appraisal, Evidence

EvidenceType = TypeVar("EvidenceType", bound="Evidence", covariant=True)
AppraisalType = TypeVar("AppraisalType", bound="Appraisal", covariant=True)


class EvidenceQuerySet(ItemQuerySet[EvidenceType]):
    """Evidence records; every queryset of the catalogue applies."""

    def for_page(self) -> EvidenceQuerySet[EvidenceType]:
        """All that an evidence page reads, in a constant number of queries."""
        return self.select_related("organisation", "superseded_by", "curator").prefetch_related(
            "topics", models.Prefetch("appraisals", queryset=self._appraisals().approved().newest_first())
        )

    def with_deciding_result(self) -> EvidenceQuerySet[EvidenceType]:
        """Each with `deciding_result`: tool, result and band of the appraisal that decides its band, or None."""
        deciding = self._appraisals().deciding().filter(evidence=models.OuterRef("pk"))
        return self.annotate(  # type: ignore[return-value]  # the stubs make a type of its own of what is annotated
            deciding_result=models.Subquery(
                deciding.values(found=JSONObject(tool="tool", result="result", band="band"))[:1]
            )
        )

    def with_file(self) -> EvidenceQuerySet[EvidenceType]:
        """Each with `has_file`: whether it carries a file that readers may take in place of the full text."""
        files = self.model._meta.get_field("attachment").related_model
        held = files._default_manager.filter(evidence=models.OuterRef("pk"))  # type: ignore[union-attr]
        return self.annotate(has_file=models.Exists(held.exclude(purpose="summary")))  # type: ignore[return-value]  # as above

    def duplicates_of(
        self, *, doi: str = "", pmid: str = "", title: str = "", year: int | None = None, besides: int | None = None
    ) -> EvidenceQuerySet[EvidenceType]:
        """Records that are the same source: by DOI, else by PMID, else by title and year.

        Identifiers are expected normalised (`evidence.identifiers`). A title counts only together with a year.
        """
        same = Q()
        if doi:
            same |= Q(doi=doi)
        if pmid:
            same |= Q(pmid=pmid)
        if (key := title_key(title)) and year:
            same |= Q(title_key=key, year=year)
        if not same:
            return self.none()
        return self.filter(same).exclude(pk=besides)

    def _appraisals(self) -> AppraisalQuerySet[Appraisal]:
        related = self.model._meta.get_field("appraisals").related_model
        return related._default_manager.all()  # type: ignore[union-attr, return-value]


class AppraisalQuerySet(models.QuerySet[AppraisalType]):
    """Appraisals of evidence."""

    def approved(self) -> AppraisalQuerySet[AppraisalType]:
        """Those that count."""
        return self.filter(is_approved=True)

    def newest_first(self) -> AppraisalQuerySet[AppraisalType]:
        """The one that decides the band first."""
        return self.order_by("-appraised_on", "-pk")

    def deciding(self) -> AppraisalQuerySet[AppraisalType]:
        """Those that give a band, the one that decides first."""
        return self.approved().exclude(band="").newest_first()
