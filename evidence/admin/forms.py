"""The forms of the evidence record, its appraisals and its file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.utils import timezone

from accounts.admin_pages import CheckboxesField, LinesField
from catalogue.admin import ItemForm
from catalogue.attachments import CheckedFile, RefusedFile
from catalogue.suggestions import suggested_topics
from evidence import attachments
from evidence.appraisal import RULES
from evidence.choices import Band, Population, Tool
from evidence.models import IDENTIFIERS, LONGEST_KEYWORD, MOST_KEYWORDS, Appraisal, Attachment, Evidence

KEY_POINTS = 5
FIRST_YEAR = 1500
# Publishers date issues up to a year ahead.
YEARS_AHEAD = 1


class EvidenceForm(ItemForm):
    """The evidence record. It refuses a second record of the same source and asks about one that only looks like it."""

    key_points = LinesField(
        most_lines=KEY_POINTS, longest_line=500, required=False, help_text="Up to five short sentences, one a line."
    )
    keywords = LinesField(
        most_lines=MOST_KEYWORDS,
        longest_line=LONGEST_KEYWORD,
        required=False,
        help_text="Subject headings and the authors' own words, one a line. They are searched and shown.",
    )
    suggested_topics = CheckboxesField(
        label="Suggested from its text",
        choices=[],
        required=False,
        help_text="Names of topics that stand in the record as it was last saved. Tick what fits; nothing is added by itself.",
    )
    population = CheckboxesField(label="Population", choices=Population.choices, required=False)
    # People paste whole addresses and hyphens: longer than what is kept of them.
    doi = forms.CharField(label="DOI", max_length=500, required=False)
    pmid = forms.CharField(label="PMID", max_length=500, required=False)
    isbn = forms.CharField(label="ISBN", max_length=500, required=False)
    not_a_duplicate = forms.BooleanField(label="This is another source: save it all the same", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.duplicates: QuerySet[Evidence] = Evidence.objects.none()
        suggested = suggested_topics([self.instance]).get(self.instance.pk, []) if self.instance.pk else []
        self.suggested = {str(one.topic.pk): one.topic for one in suggested}
        if "suggested_topics" in self.fields:
            if not suggested:
                self.fields["suggested_topics"].help_text = "No topic that it does not carry stands in its text."
            choices = [(str(one.topic.pk), f"{one.topic.name} (says {', '.join(one.names)})") for one in suggested]
            self.fields["suggested_topics"].choices = choices  # type: ignore[attr-defined]
        if "summary" in self.fields:
            self.fields["summary"].label = "Bottom line"
            self.fields["summary"].help_text = "Two sentences in plain words. Readers see them first."

    def clean_doi(self) -> str:
        """Return the DOI in its one spelling."""
        return self._identifier("doi")

    def clean_pmid(self) -> str:
        """Return the PMID in its one spelling."""
        return self._identifier("pmid")

    def clean_isbn(self) -> str:
        """Return the ISBN in its one spelling."""
        return self._identifier("isbn")

    def _identifier(self, name: str) -> str:
        typed: str = self.cleaned_data[name]
        normalise, words = IDENTIFIERS[name]
        value = normalise(typed)
        if typed and not value:
            raise ValidationError(words)
        return value

    def clean_year(self) -> int | None:
        """Refuse a year in which nothing can have been published."""
        year: int | None = self.cleaned_data["year"]
        last = timezone.localdate().year + YEARS_AHEAD
        if year is not None and not FIRST_YEAR <= year <= last:
            raise ValidationError(f"Write a year from {FIRST_YEAR} to {last}.")
        return year

    def clean(self) -> dict[str, Any]:
        """Add the suggested topics that are ticked; look for records of the same source, by identifier or title."""
        cleaned = super().clean()
        ticked = [self.suggested[key] for key in cleaned.get("suggested_topics") or ()]
        if ticked and "topics" in cleaned:
            cleaned["topics"] = [*cleaned["topics"], *ticked]
        if self.has_conflict():
            return cleaned
        same_identifier = self._with_same_identifier()
        if same_identifier:
            self.duplicates = Evidence.objects.filter(pk__in=same_identifier)
            return cleaned
        published_on = cleaned.get("published_on")
        look_alikes = Evidence.objects.duplicates_of(
            title=cleaned.get("title") or "",
            year=published_on.year if published_on else cleaned.get("year"),
            besides=self.instance.pk,
        )
        if look_alikes.exists() and not cleaned.get("not_a_duplicate"):
            self.duplicates = look_alikes
            self.add_error(
                None, "A record with this title and year is here already. Look at it before you save another."
            )
        return cleaned

    def _with_same_identifier(self) -> list[int]:
        found: list[int] = []
        doi, pmid = self.cleaned_data.get("doi", ""), self.cleaned_data.get("pmid", "")
        for name, twins in (
            ("doi", Evidence.objects.duplicates_of(doi=doi, besides=self.instance.pk)),
            ("pmid", Evidence.objects.duplicates_of(pmid=pmid, besides=self.instance.pk)),
        ):
            twin = twins.first()
            if twin is not None:
                self.add_error(name, f"A record with this {name.upper()} is here already.")
                found.append(twin.pk)
        return found


def findings() -> list[tuple[str, Any]]:
    """Return every result of every tool, under the tool's name: the value is "tool:result".

    A tool whose results are free text, or that has none, has one entry: its result is written in words.
    """
    groups: list[tuple[str, Any]] = [("", "Choose the tool and its result")]
    for tool, rule in RULES.items():
        label = Tool(tool).label
        results = [(f"{tool}:{result}", f"{label}: {words}") for result, words in rule.results.items()]
        groups.append((label, results or [(f"{tool}:", f"{label}: result in your own words")]))
    return groups


class AppraisalForm(forms.ModelForm):
    """One appraisal. Tool and result are one choice, so that a result can only be one of the tool's own."""

    tool = forms.ChoiceField(label="Tool and result", choices=findings)
    band = forms.ChoiceField(
        choices=[
            ("", "As the result gives it"),
            *((band.value, band.label) for band in Band if band != Band.NOT_APPRAISED),
        ],
        required=False,
        help_text="GRADE, GRADE-CERQual, AMSTAR 2, RoB 2, OCEBM and AACODS give the band. For other tools choose it and "
        "say why in the note.",
    )

    class Meta:
        model = Appraisal
        fields = ("tool", "result", "tool_version", "band", "appraiser", "appraised_on", "note", "is_approved")
        labels = {"result": "Result in words", "tool_version": "Version of the tool"}
        help_texts = {"result": "Only for a tool without fixed results, as in “Good, 8 of 10 items met”."}
        widgets = {"note": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        appraisal: Appraisal = self.instance
        if appraisal.tool:
            chosen = appraisal.result if RULES[appraisal.tool].results else ""
            self.initial["tool"] = f"{appraisal.tool}:{chosen}"
            self.initial["result"] = "" if chosen else appraisal.result

    def clean(self) -> dict[str, Any]:
        """Take the choice apart into tool and result."""
        cleaned = super().clean() or self.cleaned_data
        if "tool" in cleaned:
            tool, _, result = cleaned["tool"].partition(":")
            written, band = cleaned.get("result", ""), cleaned.get("band", "")
            by_rule = RULES[tool].bands.get(result, "")
            if result and written and written != result:
                self.add_error(
                    "result", "This tool has its own results: choose one above, and write the rest in the note."
                )
            if band and by_rule and band != by_rule and "band" in self.changed_data:
                self.add_error(
                    "band",
                    f"This result gives {Band(by_rule).label.lower()} by rule. Leave this as it is; to differ, set the "
                    "band by hand under Quality, with a reason.",
                )
            cleaned["tool"] = tool
            cleaned["result"] = result or written
        return cleaned


class AttachmentForm(forms.ModelForm):
    """The record's file, checked by its content."""

    class Meta:
        model = Attachment
        fields = ("purpose", "file", "name")
        help_texts = {"file": "A PDF. It is checked before it is kept.", "name": "Leave empty to keep the file's own."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checked: CheckedFile | None = None
        self.fields["name"].required = False

    def clean_file(self) -> Any:
        """Check a newly chosen file; raise ValidationError with the reason why it is not kept."""
        chosen = self.cleaned_data["file"]
        if isinstance(chosen, UploadedFile):
            try:
                self.checked = attachments.check_upload(chosen)
            except RefusedFile as refusal:
                raise ValidationError(str(refusal)) from refusal
        return chosen

    def save(self, commit: bool = True) -> Attachment:
        """Keep the checked file under a random name."""
        attachment: Attachment = self.instance
        if self.checked is None:
            attachment.name = attachment.name.strip() or self.initial.get("name", "")
            return super().save(commit=commit)
        return attachments.store(attachment=attachment, checked=self.checked)


class AttachmentFormSet(BaseInlineFormSet):
    """Takes a deleted attachment's file away too."""

    def delete_existing(self, obj: Attachment, commit: bool = True) -> None:
        """Delete the attachment with its file."""
        attachments.remove(attachment=obj)
