"""Forms of rows that are no items: nobody saves over what another saved meanwhile without having been told."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.http import HttpRequest, HttpResponse

from accounts.admin_pages.pages import PortalModelAdmin
from design.dates import moment_in_words

# The hidden field that says which state of the row the person opened.
SEEN = "_seen"
CONFLICT = 409


def fingerprint(row: models.Model) -> str:
    """Return what stands for the row's present state; a save of the rows below it changes it by `updated_at`."""
    values = [str(row.serializable_value(field.attname)) for field in row._meta.concrete_fields]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:32]


class GuardedModelAdmin(PortalModelAdmin):
    """A ModelAdmin whose form, once the row has changed since it was opened, says who changed it and asks again."""

    change_form_template = "admin/guarded_change_form.html"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Fetch the row; while its form is being saved it is held, so that the check stays true."""
        if request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            list(self.model._default_manager.select_for_update().filter(pk=int(object_id)).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; of a row that has changed since the person opened it, one that refuses to be saved."""
        form = super().get_form(request, obj, change=change, **kwargs)
        sent = request.POST.get(SEEN, "")
        if not (change and obj is not None and sent) or sent == fingerprint(obj):
            return form
        return type("OvertakenForm", (form,), {"clean": self._refusal(obj), "is_overtaken": True})

    def _refusal(self, row: Any) -> Any:
        latest = next(iter(self.get_history(row) or ()), None)
        who = f"{latest.by or 'Somebody'} saved this" if latest else "Somebody saved this"
        when = f" on {moment_in_words(latest.at)}," if latest else ""
        words = (
            f"{who}{when} after you opened it. Nothing of yours is saved yet: it is kept in the form below. Compare it "
            "with the page as it is now, in another window, then save again to put yours in its place."
        )

        def clean(form: forms.ModelForm) -> Any:
            raise ValidationError(words)

        return clean

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Draw the form with the state it was opened in; 409 where it was overtaken.

        The state is read anew: the form has put what was typed into `obj`.
        """
        stored = self.model._default_manager.filter(pk=obj.pk).first() if obj is not None else None
        context["seen"] = fingerprint(stored) if stored is not None else ""
        response = super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)
        if getattr(context["adminform"].form, "is_overtaken", False):
            response.status_code = CONFLICT
        return response
