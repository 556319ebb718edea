"""Forms of lists."""

from typing import Any

from django import forms

from accounts.models import User
from design.forms import PortalForm
from lists.models import NOTE_LENGTH, TITLE_LENGTH, SavedItem, SavedList, Sharing


class ListForm(PortalForm):
    """What a list is called and who may open it."""

    title = forms.CharField(label="Title", max_length=TITLE_LENGTH)
    introduction = forms.CharField(
        label="What it is for",
        help_text="Shown above the list. You can leave it empty.",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    visibility = forms.ChoiceField(
        label="Who may open it",
        help_text="Everyone sees only those items that they may read.",
        choices=Sharing.choices,
        initial=Sharing.PRIVATE,
        widget=forms.RadioSelect,
    )


class EntryForm(PortalForm):
    """What its owner says of an item, and in which list it stands."""

    note = forms.CharField(
        label="Note",
        help_text="Whoever may open the list sees it.",
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    into = forms.ModelChoiceField(label="List", queryset=SavedList.objects.none(), empty_label=None)

    def __init__(self, *args: Any, entry: SavedItem, owner: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"note": entry.note, "into": entry.saved_list_id})
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = SavedList.objects.of(owner)  # type: ignore[attr-defined]  # of ModelChoiceField
