"""What forms and the rows below them share: controls that need no popup window, no inline style and often no script."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest

from accounts.admin_pages.widgets import DATE_WIDGET, MOMENT_WIDGET, ChooseMany, ChooseOne, MomentField, PlainTextField


class PortalControls:
    """For a ModelAdmin or its inlines: `autocomplete_fields` look records up accessibly; dates are the browser's own."""

    formfield_overrides: Mapping[type[models.Field], Mapping[str, Any]] = {
        models.DateField: {"widget": DATE_WIDGET},
        models.DateTimeField: {"form_class": MomentField, "widget": MOMENT_WIDGET},
        models.URLField: {"assume_scheme": "https"},
        models.TextField: {"form_class": PlainTextField, "widget": AdminTextareaWidget(attrs={"rows": 4})},
    }

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Look the record up by a few letters where `autocomplete_fields` says so."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = ChooseOne(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Look the records up by a few letters where `autocomplete_fields` says so."""
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = ChooseMany(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the links that open another form in a window of its own."""
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if formfield is not None and isinstance(formfield.widget, RelatedFieldWidgetWrapper):
            formfield.widget = formfield.widget.widget
        return formfield


class PortalStackedInline(PortalControls, admin.StackedInline):
    """Rows below a form, each a small form of its own. `stands_after` names the part of the form that they belong to."""

    stands_after = ""


class PortalTabularInline(PortalControls, admin.TabularInline):
    """Rows below a form as a table whose every control has a label."""

    template = "admin/includes/rows.html"
    stands_after = ""
