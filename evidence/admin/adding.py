"""Adding evidence by hand begins with the identifier, so that nobody types in what is here already."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from evidence.identifiers import normalise_doi, normalise_isbn, normalise_pmid


class IdentifierForm(forms.Form):
    """A DOI, PMID or ISBN in any spelling that people paste."""

    identifier = forms.CharField(
        label="DOI, PMID or ISBN",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
        help_text="As in 10.1136/bmj.n71, or the address of the article at PubMed or doi.org.",
        error_messages={"required": "Write the DOI, PMID or ISBN, or choose “It has none of these”."},
    )

    def clean_identifier(self) -> dict[str, str]:
        """Return the field of the record and the normal form. Raises ValidationError for anything else."""
        typed: str = self.cleaned_data["identifier"]
        for field, normalise in (("doi", normalise_doi), ("pmid", normalise_pmid), ("isbn", normalise_isbn)):
            value = normalise(typed)
            if value:
                return {field: value}
        raise ValidationError(
            "This is none of the three. A DOI looks like 10.1136/bmj.n71, a PMID is a number of up to eight digits, "
            "an ISBN has 10 or 13 digits."
        )

    @property
    def found(self) -> dict[str, Any]:
        """The field and its value once the form is valid."""
        return self.cleaned_data["identifier"]
