"""Filling in the admin's form of an evidence record as a browser would."""

from typing import Any

from django.forms import CheckboxInput, Select
from django.test import Client
from django.urls import reverse

from evidence.models import Evidence


def opened(desk: Client, record: Evidence | None = None, **query: str) -> dict[str, Any]:
    """Open the form and return everything that a browser would send back untouched."""
    if record is None:
        response = desk.get(reverse("admin:evidence_evidence_add"), query or {"no_identifier": "1"})
    else:
        response = desk.get(reverse("admin:evidence_evidence_change", args=[record.pk]))
    assert response.status_code == 200
    return sent_by(response)


def sent_by(response: Any) -> dict[str, Any]:
    """Return what the form on a page would send."""
    form = response.context["adminform"].form
    data: dict[str, Any] = {}
    forms = [form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for part in forms:
        for name in part.fields:
            bound = part[name]
            if isinstance(bound.field.widget, CheckboxInput):
                if bound.value():
                    data[bound.html_name] = "on"
                continue
            shown = bound.field.widget.format_value(bound.value())
            if shown is None or bound.widget_type == "clearablefile":
                continue
            data[bound.html_name] = [str(entry) for entry in shown] if isinstance(shown, list | tuple) else str(shown)
            if isinstance(bound.field.widget, Select) and not bound.field.widget.allow_multiple_selected:
                data[bound.html_name] = shown[0] if shown else ""
    return data


def address(record: Evidence, page: str = "change") -> str:
    """The address of one of the record's pages."""
    return reverse(f"admin:evidence_evidence_{page}", args=[record.pk])
