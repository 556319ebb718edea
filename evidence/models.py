"""The evidence record, its appraisals and its attachment."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.models import User
from catalogue.choices import KindName
from catalogue.models import Item
from evidence import appraisal as crosswalk
from evidence.choices import (
    Band,
    CountryScope,
    Population,
    QuestionType,
    Tool,
)
from evidence.full_text import full_text
from evidence.identifiers import normalise_doi, normalise_isbn, normalise_pmid, title_key
from evidence.importing.models import ImportBatch as ImportBatch  # Django looks for an app's models here
from evidence.importing.models import ImportedRecord as ImportedRecord
from evidence.querysets import AppraisalQuerySet, EvidenceQuerySet

# How each identifier is brought into its one spelling, and what to say where that cannot be done.
IDENTIFIERS = {
    "doi": (normalise_doi, "A DOI looks like 10.1136/bmj.n71."),
    "pmid": (normalise_pmid, "A PMID is a number of up to eight digits."),
    "isbn": (normalise_isbn, "An ISBN has 10 or 13 digits; these do not add up to one."),
}

LONGEST_KEYWORD = 200
MOST_KEYWORDS = 100


@pghistory.track(obj_field=pghistory.ObjForeignKey(related_name="evidence_events"))
class Evidence(Item):
    """A published or grey source. `Item.summary` is its bottom line, `Item.standing` its confidence band.

    `band_override` with a reason stands above the appraisals. `authors` holds one name a line, as printed.
    """

    authors = models.TextField(blank=True, help_text="One a line, as printed: Raman P, or the name of a body.")
    source = models.CharField("journal or series", max_length=300, blank=True)
    publisher = models.CharField(max_length=300, blank=True)
    volume = models.CharField(max_length=50, blank=True)
    issue = models.CharField(max_length=50, blank=True)
    pages = models.CharField(max_length=50, blank=True)
    published_on = models.DateField("exact date of publication", null=True, blank=True)
    edition = models.CharField("version or edition", max_length=50, blank=True)

    doi = models.CharField("DOI", max_length=255, blank=True, db_index=True)
    pmid = models.CharField("PMID", max_length=12, blank=True, db_index=True)
    isbn = models.CharField("ISBN", max_length=13, blank=True)
    issn = models.CharField("ISSN", max_length=30, blank=True)
    url = models.URLField("web address", max_length=1000, blank=True)
    is_open_access = models.BooleanField("free to read", default=False)
    language = models.CharField(max_length=50, blank=True, help_text="Where it is not English.")
    country_scope = models.CharField("country", max_length=15, choices=CountryScope, blank=True)

    key_points = ArrayField(
        models.CharField(max_length=500), default=list, blank=True, help_text="Up to five short sentences."
    )
    abstract = models.TextField(blank=True)
    keywords = ArrayField(
        models.CharField(max_length=LONGEST_KEYWORD),
        default=list,
        blank=True,
        help_text="Subject headings and the authors' own words. They are searched; topics are chosen apart from them.",
    )
    question_type = models.CharField("kind of question", max_length=20, choices=QuestionType, blank=True)
    question = models.TextField(
        blank=True, help_text="In full, as PICO or SPICE: who, what, compared with what, which outcome."
    )
    population = ArrayField(models.CharField(max_length=20, choices=Population), default=list, blank=True)
    intervention = models.CharField("intervention or exposure", max_length=300, blank=True)
    outcomes = models.CharField(max_length=300, blank=True)
    sample_size = models.PositiveIntegerField("number of people", null=True, blank=True)
    included_studies = models.PositiveIntegerField("number of included studies", null=True, blank=True)
    limitations = models.TextField(blank=True)
    does_not_tell = models.TextField("what this does not tell you", blank=True)

    band_override = models.CharField("band set by hand", max_length=15, choices=Band, blank=True)
    band_reason = models.CharField("why it was set by hand", max_length=500, blank=True)
    is_retracted = models.BooleanField("retracted", default=False)
    retraction_note = models.CharField("about the retraction", max_length=500, blank=True)
    funder = models.CharField("funder", max_length=300, blank=True)
    conflicts = models.TextField("conflicts of interest", blank=True)

    searched_on = models.DateField("date of the search", null=True, blank=True)
    sources_searched = models.TextField(blank=True)
    search_strategy = models.TextField(blank=True)

    curator = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="curated_evidence")
    link_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    title_key = models.CharField(max_length=300, editable=False, db_index=True)

    objects = EvidenceQuerySet.as_manager()  # type: ignore[misc]  # narrower than the parent's, on purpose

    class Meta:
        verbose_name = "evidence record"
        verbose_name_plural = "evidence"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["doi"],
                condition=~Q(doi=""),
                name="evidence_doi_is_unique",
                violation_error_message="A record with this DOI is here already.",
            ),
            models.UniqueConstraint(
                fields=["pmid"],
                condition=~Q(pmid=""),
                name="evidence_pmid_is_unique",
                violation_error_message="A record with this PMID is here already.",
            ),
            models.CheckConstraint(
                condition=Q(band_override="") | ~Q(band_reason=""),
                name="evidence_override_has_reason",
                violation_error_message="Say why the band was set by hand.",
            ),
        ]

    def clean(self) -> None:
        """Normalise identifiers; raise ValidationError, field by field, where one is none."""
        super().clean()
        problems: dict[str, str] = {}
        for name, (normalise, words) in IDENTIFIERS.items():
            typed = getattr(self, name).strip()
            if typed:
                value = normalise(typed)
                if not value:
                    problems[name] = words
                else:
                    setattr(self, name, value)
        if self.band_override and not self.band_reason.strip():
            problems["band_reason"] = "Say why the band was set by hand."
        if problems:
            raise ValidationError(problems)

    def derive(self) -> None:
        """Set what follows from other fields: kind, comparing title, year."""
        self.kind = KindName.EVIDENCE
        self.title_key = title_key(self.title)
        if self.published_on:
            self.year = self.published_on.year
        if not self.standing:
            self.standing = Band.NOT_APPRAISED
        super().derive()

    @property
    def author_list(self) -> list[str]:
        """The authors, one each."""
        return [name.strip() for name in self.authors.splitlines() if name.strip()]

    @property
    def access(self) -> str:
        """How a reader gets to the full text (`choices.Access`)."""
        return full_text(self).access

    @property
    def deciding_appraisal(self) -> "Appraisal | None":
        """The newest approved appraisal that gives a band; uses what `for_page` prefetched."""
        return next((row for row in self.appraisals.all() if row.is_approved and row.band), None)

    @property
    def band_meaning(self) -> str:
        """What the band means for the finding, in one sentence."""
        if self.band_override:
            return crosswalk.SET_BY_HAND
        row = self.deciding_appraisal
        return crosswalk.meaning(band=self.standing, tool=row.tool if row else "")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Appraisal(models.Model):
    """One critical appraisal of an evidence record: who, with which tool, result, when, and why."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="appraisals")
    tool = models.CharField(max_length=20, choices=Tool)
    tool_version = models.CharField(max_length=30, blank=True)
    result = models.CharField(max_length=200, blank=True)
    band = models.CharField(
        max_length=15,
        choices=Band,
        blank=True,
        help_text="Follows from the result where the tool allows it; else choose it and say why in the note.",
    )
    appraiser = models.CharField("appraised by", max_length=200)
    appraised_on = models.DateField("appraised on")
    note = models.TextField(blank=True)
    is_approved = models.BooleanField("counts", default=True, help_text="The newest one that counts decides the band.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-appraised_on", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["evidence", "is_approved", "-appraised_on"], name="appraisal_deciding")
        ]

    def __str__(self) -> str:
        return self.in_words

    def clean(self) -> None:
        """Derive the band; raise ValidationError with what the tool still needs."""
        super().clean()
        if not self.tool:
            return
        try:
            self.band = crosswalk.derive_band(tool=self.tool, result=self.result, chosen=self.band, note=self.note)
        except crosswalk.NeedsJudgement as missing:
            field = "result" if "no result" in str(missing) else "note" if "note" in str(missing) else "band"
            raise ValidationError({field: str(missing)}) from missing

    @property
    def in_words(self) -> str:
        """The tool's own result, as in "Moderate certainty (GRADE)"."""
        return crosswalk.result_in_words(tool=self.tool, result=self.result, band=self.band)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Attachment(models.Model):
    """The one file a record may carry: a local guideline, an audit, the library's own summary. Checked by content."""

    class Purpose(models.TextChoices):
        LOCAL_GUIDELINE = "local_guideline", "Local guideline or policy"
        AUDIT = "audit", "Audit or evaluation"
        SUMMARY = "summary", "The library's own summary"

    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="attachment")
    purpose = models.CharField(max_length=20, choices=Purpose)
    file = models.FileField(upload_to="evidence/%Y/")
    name = models.CharField("file name shown to readers", max_length=150)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False, help_text="In bytes.")
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
