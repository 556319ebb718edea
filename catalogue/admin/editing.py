"""Editing an item: choosing topics from the list, and never saving over what somebody else wrote meanwhile."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q

from accounts.admin_pages import CheckboxesField, ChooseMany, MomentField
from catalogue import kinds
from catalogue.admin.conflicts import Conflict, compare
from catalogue.choices import READABLE_BY_ADDRESS, Audience, FormGroup, Phrase, Setting, Status, Visibility
from catalogue.models import Item, ItemTopic
from catalogue.services import EditConflict
from taxonomy.forms import TopicField
from taxonomy.models import Topic

CONFLICT = "conflict"


class ItemForm(forms.ModelForm):
    """The form of any kind of item.

    It carries the version that the person opened. Where the stored one is another, the form does not validate:
    `conflict` then says who changed what, and the form goes on with the stored version, so that sending it once more is
    a decision. It trusts that the item's row is held by the transaction (`ItemAdmin.get_object`).
    """

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form = forms.ChoiceField(label="Type")
    topics = TopicField(
        required=False,
        widget=ChooseMany(ItemTopic._meta.get_field("tag"), admin.site),
        help_text="Type a few letters and choose from the list. Broader topics follow by themselves.",
    )
    phrases = CheckboxesField(label="What it helps to do", choices=Phrase.choices, required=False)
    audience = CheckboxesField(label="Whom it is for", choices=Audience.choices, required=False)
    setting = CheckboxesField(label="Where care or work happens", choices=Setting.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: Item = self.instance
        self.conflict: Conflict | None = None
        self.initial["opened_version"] = item.version if item.pk else None
        if "form" in self.fields:
            self.fields["form"].choices = [("", "Choose a type"), *grouped_types(type(item))]  # type: ignore[attr-defined]
        if "visibility" in self.fields:
            self.fields["visibility"].label = "Who may read it"
        if item.pk and "topics" in self.fields:
            # A topic that was retired later stays on the item until somebody takes it off.
            self.fields["topics"].queryset = Topic.objects.filter(  # type: ignore[attr-defined]
                Q(status=Topic.Status.ACTIVE) | Q(pk__in=item.topics.values("pk"))
            )

    @property
    def publishes(self) -> bool:
        """True where the person pressed the button that also publishes."""
        return "_publish" in self.data

    def clean(self) -> dict[str, Any]:
        """Refuse an outdated version, and answers that do not go together."""
        cleaned = super().clean() or self.cleaned_data
        item: Item = self.instance
        for name, field in self.fields.items():
            if isinstance(field, MomentField) and name in cleaned and name not in self.changed_data:
                cleaned[name] = self.initial.get(name)
        if cleaned.get("visibility") == Visibility.ORGANISATION and not cleaned.get("organisation"):
            self.add_error("organisation", "Choose the organisation whose people may read it.")
        if "published_at" in cleaned and not cleaned["published_at"] and item.status in READABLE_BY_ADDRESS:
            self.add_error("published_at", "A published record needs the date from which it is shown.")
        if self.publishes and item.status == Status.WITHDRAWN:
            self.add_error(None, "A withdrawn record cannot be published again. Make a new one.")
        if item.pk and cleaned.get("opened_version") != item.version:
            self._tell_conflict()
        return cleaned

    def _tell_conflict(self) -> None:
        item: Item = self.instance
        self.conflict = compare(self, opened_version=self.cleaned_data.get("opened_version"))
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, as in every request
        data[self.add_prefix("opened_version")] = str(item.version)
        for name, sent in self.conflict.taken_over.items():
            data.setlist(self.add_prefix(name), sent)
        self.data = data
        self.add_error(None, ValidationError(str(EditConflict(item)), code=CONFLICT))

    def has_conflict(self) -> bool:
        """True where somebody else saved the record after this person opened it."""
        return self.has_error(NON_FIELD_ERRORS, code=CONFLICT)


def kind_of(model: type[Item]) -> kinds.Kind:
    """Return the kind whose rows a model holds."""
    return next(kind for kind in kinds.all_kinds() if kind.model is model)


def grouped_types(model: type[Item]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the types of a kind under the headings of their groups, in the order in which the kind offers them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for value, form in kind_of(model).forms.items():
        groups.setdefault(FormGroup(form.group).label, []).append((value, form.label))
    return list(groups.items())
