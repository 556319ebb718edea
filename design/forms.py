"""Forms in the portal's look: a label, a hint, an error and a field, wired for assistive technology.

A form of ours derives from `PortalForm` or `PortalModelForm`; the page then writes `{% error_summary form %}` above
its heading and `{{ form }}`, or `{{ form.field.as_field_group }}` field by field. Nothing is set globally, so the
admin and other apps keep their own look; `{% form_fields form %}` draws a form that somebody else defined.
"""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import BaseRenderer, TemplatesSetting
from django.utils.text import capfirst

# Fields whose options or parts share one legend.
GROUPS = {"radios", "checkboxes", "date"}
CLASSES = {
    "input": "nhsuk-input",
    "password": "nhsuk-input nhsuk-password-input__input nhsuk-js-password-input-input",
    "textarea": "nhsuk-textarea",
    "select": "nhsuk-select",
    "radios": "nhsuk-radios__input",
    "checkboxes": "nhsuk-checkboxes__input",
    "checkbox": "nhsuk-checkboxes__input",
    "file": "nhsuk-file-upload__input",
    "date": "nhsuk-input nhsuk-date-input__input",
}
ERROR_CLASSES = {
    "input": "nhsuk-input--error",
    "password": "nhsuk-input--error",
    "textarea": "nhsuk-textarea--error",
    "select": "nhsuk-select--error",
    "date": "nhsuk-input--error",
}


class PortalBoundField(BoundField):
    """A field that knows which of the portal's controls draws it."""

    @property
    def control(self) -> str:
        """The kind of control: a key of CLASSES."""
        widget = self.field.widget
        if isinstance(widget, DatePartsWidget):
            return "date"
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return "checkboxes"
        if isinstance(widget, forms.RadioSelect):
            return "radios"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, forms.FileInput):
            return "file"
        if isinstance(widget, forms.Select):
            return "select"
        if isinstance(widget, forms.Textarea):
            return "textarea"
        if isinstance(widget, forms.PasswordInput):
            return "password"
        return "input"

    @property
    def is_group(self) -> bool:
        """True where a fieldset with a legend goes round the control."""
        return self.control in GROUPS

    @property
    def first_id(self) -> str:
        """The id of the first thing that takes the focus, which is where an error summary leads."""
        return f"{self.auto_id}_0" if self.is_group else self.id_for_label or self.auto_id

    @property
    def shows_optional(self) -> bool:
        """True where the label says that the field may be left empty."""
        return not self.field.required and self.control != "checkbox" and getattr(self.form, "marks_optional", True)

    @property
    def limit(self) -> int | None:
        """How many characters a text area takes, for its counter."""
        limit = getattr(self.field, "max_length", None)
        return limit if self.control == "textarea" else None

    @property
    def aria_describedby(self) -> str | None:
        """The ids of the hint, the error and the counter, in reading order."""
        described_by = super().aria_describedby
        if self.limit and described_by is not None:
            return f"{described_by} {self.auto_id}-info".strip()
        return described_by

    @property
    def date_parts(self) -> list[dict[str, str]]:
        """Label, name, id and value of each part of a date."""
        value = self.value()
        values = value if isinstance(value, list | tuple) else DatePartsWidget().decompress(value)
        return [
            {
                "label": label,
                "name": f"{self.html_name}_{place}",
                "id": f"{self.auto_id}_{place}",
                "value": "" if part is None else str(part),
                "width": "4" if label == "Year" else "2",
            }
            for place, (label, part) in enumerate(zip(DATE_PARTS, values, strict=True))
        ]

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the control's classes.

        Take away maxlength, as a browser would cut pasted text without a word, and placeholder, which is gone once one
        types: a hint stays.
        """
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if widget.is_hidden:
            return attrs
        classes = [CLASSES[self.control], widget.attrs.get("class", ""), attrs.get("class", "")]
        if self.errors:
            classes.append(ERROR_CLASSES.get(self.control, ""))
        if self.limit:
            classes.append("nhsuk-js-character-count")
        attrs["class"] = " ".join(filter(None, classes))
        attrs.update({name: False for name in ("maxlength", "placeholder") if name in widget.attrs})
        return attrs


class PortalRenderer(TemplatesSetting):
    """Draws forms with the templates of templates/forms/. Used form by form: a global one would restyle the admin."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = PortalBoundField


class PortalFormMixin:
    """The portal's look and its plain words for errors, for any form class.

    `marks_optional` may be set to False where every field is optional, as on a search form.
    """

    default_renderer: BaseRenderer | type[BaseRenderer] | None = PortalRenderer
    use_required_attribute = False
    marks_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]  # every class that mixes this in is a form
        for name, field in fields.items():
            use_plain_messages(field, label=str(field.label or name.replace("_", " ")))


class PortalForm(PortalFormMixin, forms.Form):
    """A form in the portal's look."""


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    """A form for a model in the portal's look. Name its `fields` one by one."""


def use_plain_messages(field: forms.Field, *, label: str) -> None:
    """Replace Django's own messages by instructions that name the field. A message that the form wrote itself stays."""
    words = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    words = words.rstrip("?.:")
    choosing = isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.MultipleChoiceField)
    plain: dict[str, str] = {}
    if isinstance(field, forms.FileField):
        plain["required"] = plain["missing"] = f"Choose a file for {words}"
        plain["empty"] = "The file is empty: choose another one"
    elif isinstance(field, forms.BooleanField):
        plain["required"] = f"Tick the box: {label}"
    elif label.endswith("?"):
        plain["required"] = f"Answer the question: {label}"
    else:
        plain["required"] = f"{'Select' if choosing else 'Enter'} {words}"
    if choosing:
        plain["invalid_choice"] = f"Select one of the options for {words}"
    else:
        subject = "Your answer" if label.endswith("?") else capfirst(words)
        plain["max_length"] = f"{subject} must be %(limit_value)d characters or fewer; it has %(show_value)d"
    if isinstance(field, forms.IntegerField) and not isinstance(field, forms.FloatField | forms.DecimalField):
        subject = capfirst(words)
        plain["invalid"] = f"{subject} must be a whole number"
        plain["min_value"] = f"{subject} must be %(limit_value)s or more"
        plain["max_value"] = f"{subject} must be %(limit_value)s or less"
    if isinstance(field, forms.EmailField):
        plain["invalid"] = "Enter an email address in the correct format, like name@example.com"
    standard: dict[str, Any] = {}
    for parent in reversed(type(field).__mro__):
        standard.update(getattr(parent, "default_error_messages", {}))
    for code, message in plain.items():
        if field.error_messages.get(code, standard.get(code)) == standard.get(code):
            field.error_messages[code] = message


DATE_PARTS = ("Day", "Month", "Year")


class DatePartsWidget(forms.MultiWidget):
    """Day, month and year in three boxes, which works with every keyboard and screen reader."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([forms.TextInput() for _ in DATE_PARTS], attrs)

    def decompress(self, value: datetime.date | None) -> list[int | None]:
        """Return the three parts of a date, or three blanks."""
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateField(forms.MultiValueField):
    """A day, asked for as day, month and year. Gives a date; says which part is missing or that there is no such day."""

    widget = DatePartsWidget

    def __init__(self, **kwargs: Any) -> None:
        fields = [forms.CharField(required=False, max_length=10) for _ in DATE_PARTS]
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> datetime.date | None:
        """Return the date, None where all parts are blank and need not be filled. Raises ValidationError."""
        parts = [str(part or "").strip() for part in (value or ["", "", ""])]
        if not any(parts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        missing = [label.lower() for label, part in zip(DATE_PARTS, parts, strict=True) if not part]
        if missing:
            raise ValidationError(f"The date must include a {' and a '.join(missing)}", code="incomplete")
        return self.compress(parts)

    def compress(self, data_list: list[str]) -> datetime.date:
        """Return the date that three numbers make. Raises ValidationError."""
        try:
            day, month, year = (int(part) for part in data_list)
            if not 1000 <= year <= 9999:
                raise ValidationError("The year must have four digits, like 2026", code="invalid")
            return datetime.date(year, month, day)
        except ValueError as error:
            raise ValidationError("The date must be a real day, like 27 3 2026", code="invalid") from error
