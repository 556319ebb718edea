"""Fields and controls of the admin that work without script."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.exceptions import ValidationError

# More than this many options make a list that nobody reads.
MOST_LISTED = 300

# The browser's own date controls need no script, speak the person's language and work with any keyboard.
DATE_WIDGET = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "kp-date"})
MOMENT_WIDGET = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "kp-date"})


class LooksUp(AutocompleteMixin):
    """A choice of records: a list to choose from, made by assets/js/choose.js into a field that looks them up.

    Where there are too many to list, what is chosen stands alone; then a script is needed to choose another. Django's own
    control for this fails accessibility checks and asks for inline styles.
    """

    @property
    def media(self) -> forms.Media:
        """The script that looks records up."""
        return forms.Media(js=[forms.Script("build/admin.js", type="module")])  # type: ignore[list-item]  # the stubs lag behind

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Say to the script where to look."""
        return {
            **base_attrs,
            **(extra_attrs or {}),
            "data-choose": self.get_url(),
            "data-app-label": self.field.model._meta.app_label,
            "data-model-name": self.field.model._meta.model_name,
            "data-field-name": self.field.name,
        }

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        """Offer all records where they are few, else the chosen ones. A value that cannot be a key is none."""
        keys = {str(key) for key in value if str(key).isdecimal() and len(str(key)) < 19}
        offered = self.choices.queryset
        records = list(offered.all()[: MOST_LISTED + 1])
        if len(records) > MOST_LISTED:
            records = list(offered.filter(pk__in=keys))
        entries = [(str(record.pk), self.choices.field.label_from_instance(record)) for record in records]
        if not self.allow_multiple_selected:  # type: ignore[attr-defined]  # every class that mixes this in is a Select
            entries.insert(0, ("", "---------"))
        options = [
            self.create_option(name, key, label, key in keys or (not key and not keys), place, attrs=attrs)  # type: ignore[attr-defined]
            for place, (key, label) in enumerate(entries)
        ]
        return [(None, options, 0)]


class ChooseOne(LooksUp, forms.Select):
    """Look one record up by a few letters."""


class ChooseMany(LooksUp, forms.SelectMultiple):
    """Look records up by a few letters."""


class PlainTextField(forms.CharField):
    """Text of several lines, its line ends as they are stored: browsers send others, which would be a change."""

    def to_python(self, value: Any) -> Any:
        """Return the text with one line feed at the end of each line."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else text


class MomentField(forms.DateTimeField):
    """A date and time to the minute. Whoever leaves the minute alone has not changed it, seconds or not."""

    widget = MOMENT_WIDGET

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another minute was sent."""
        return self._minute(initial) != self._minute(data)

    def _minute(self, value: Any) -> Any:
        try:
            moment = self.to_python(value)
        except ValidationError:
            return value
        return moment.replace(second=0, microsecond=0) if moment else None


class Checkboxes(forms.CheckboxSelectMultiple):
    """Boxes to tick as one named group: Django's admin draws the label beside them without tying it to them."""

    template_name = "admin/widgets/checkbox_group.html"
    group_label = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add what the group is called."""
        context = super().get_context(name, value, attrs)
        context["widget"]["group_label"] = self.group_label
        return context


class CheckboxesField(forms.MultipleChoiceField):
    """An array of choices, each a box to tick; the order of the list is the order of the array."""

    widget = Checkboxes

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)
        self.widget.group_label = label

    def clean(self, value: Any) -> list[str]:
        """Return the ticked values. Raises ValidationError for a value that is not on the list."""
        ticked = set(super().clean(value))
        return [str(choice) for choice, _ in self.choices if str(choice) in ticked]  # type: ignore[union-attr, misc]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other boxes are ticked; their order does not count."""
        return {str(value) for value in initial or ()} != {str(value) for value in data or ()}


class LinesField(forms.CharField):
    """An array of short texts, typed one a line."""

    widget = forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"})

    def __init__(self, *, most_lines: int, longest_line: int, **kwargs: Any) -> None:
        self.most_lines = most_lines
        self.longest_line = longest_line
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show the array one entry a line."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that are not blank."""
        if isinstance(value, list):
            return value
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        """Raise ValidationError, naming the line, where there are too many or one is too long."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(value) > self.most_lines:
            raise ValidationError(f"Write at most {self.most_lines} lines; there are {len(value)}.")
        for number, line in enumerate(value, start=1):
            if len(line) > self.longest_line:
                raise ValidationError(
                    f"Line {number} has {len(line)} characters. Shorten it to {self.longest_line} or fewer."
                )

    def run_validators(self, value: Any) -> None:
        """Check each line: the validators of a text field expect text."""
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lines differ; blank ones do not count."""
        return list(initial or ()) != self.to_python(data or "")
