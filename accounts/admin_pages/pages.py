"""The ModelAdmin that the rooms' own build on."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from accounts.admin_pages.choosing import PortalControls
from accounts.admin_pages.lists import PortalChangeList
from accounts.admin_pages.steps import MOST_AT_ONCE, Step, hidden_fields
from accounts.history import Change

CHANGES_ON_A_PAGE = 50
NAMED_ON_QUESTION = 20
# The end of a step's address that leads back to the first page of the admin instead of to the record.
FROM_DASHBOARD = "from=dashboard"


class PortalModelAdmin(PortalControls, admin.ModelAdmin):
    """A ModelAdmin with counted filters, native date fields, history from events, steps, and forms that answer 422.

    `steps` are offered on the list and on the page of one record. Nothing is deleted in bulk unless a step does it.
    """

    show_facets = admin.ShowFacets.ALWAYS
    show_full_result_count = False
    list_per_page = 50
    change_form_template = "admin/portal_change_form.html"
    steps: ClassVar[Sequence[Step]] = ()

    @property
    def media(self) -> forms.Media:
        """The scripts that these pages use; the others serve windows of their own, which there are none of."""
        names = ["vendor/jquery/jquery.min.js", "jquery.init.js", "core.js", "actions.js"]
        if self.prepopulated_fields:
            names += ["vendor/xregexp/xregexp.min.js", "urlify.js", "prepopulate.js"]
        return forms.Media(js=[f"admin/js/{name}" for name in names])

    # --- Addresses ---

    def get_urls(self) -> list[URLPattern]:
        """Add the address of each step on one record."""
        return [
            path(
                f"<path:object_id>/{step.name}/",
                self.admin_site.admin_view(partial(self.step_view, step=step)),
                name=self.url_name(step.name),
            )
            for step in self.steps
            if step.on_one
        ] + super().get_urls()

    def url_name(self, page: str) -> str:
        """Return the name of one of this admin's addresses, without the namespace."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def url(self, page: str, *arguments: Any) -> str:
        """Return one of this admin's addresses."""
        return reverse(f"{self.admin_site.name}:{self.url_name(page)}", args=[quote(value) for value in arguments])

    def is_there(self, request: HttpRequest, object_id: str) -> bool:
        """Whether the record exists and this person may see it."""
        try:
            key = self.opts.pk.to_python(object_id)
        except ValidationError:
            return False
        return self.get_queryset(request).filter(pk=key).exists()

    def not_there(self, request: HttpRequest) -> HttpResponse:
        """Answer for a record that does not exist, or that this person may not see: nobody learns which."""
        self.message_user(request, f"This {self.opts.verbose_name} is not there. Was it deleted?", messages.WARNING)
        return HttpResponseRedirect(self.url("changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Name the list by what it holds."""
        title = self.opts.verbose_name_plural
        return super().changelist_view(request, {"title": capfirst(str(title)), **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list whose counts are cheap."""
        return PortalChangeList

    # --- Steps ---

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str] | None]:
        """Offer the steps that can be done to a selection to those who may change records."""
        actions: dict[str, tuple[Callable[..., Any], str, str] | None] = {**super().get_actions(request)}
        actions.pop("delete_selected", None)
        if self.has_change_permission(request):
            for step in self.steps:
                if step.in_bulk:
                    actions[step.name] = (partial(_bulk, step=step), step.name, step.label)
        return actions

    def steps_for(self, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
        """Return label and address of every step that the page of this record offers."""
        if not self.has_change_permission(request, record):
            return []
        return [
            (step.label, self.url(step.name, record.pk))
            for step in self.steps
            if step.on_one and step.offered(request, record)
        ]

    def bulk_step(self, request: HttpRequest, queryset: models.QuerySet, step: Step) -> HttpResponse | None:
        """Ask before the step is done to a selection, then do it and go back to the list.

        Of a very large selection the first ones of the list are done, and the question says so. A selection that is no
        longer the one that was shown is shown again instead.
        """
        records = list(queryset[:MOST_AT_ONCE])
        chosen = queryset.count() if len(records) == MOST_AT_ONCE else len(records)
        confirmed = request.POST.get("confirmed") == step.name
        form = step.make_form(request, records, confirmed=confirmed)
        if confirmed and form.is_valid():
            if request.POST.get("shown") != str(len(records)):
                form.add_error(None, "The selection has changed since you saw it. Look at it again, then confirm.")
            elif sentence := step.carry_out(form, records, request.user):  # type: ignore[arg-type]
                self.message_user(request, sentence, messages.SUCCESS)
                return None
        hidden = hidden_fields(request, step, len(records))
        return self.question(request, step, form, records, chosen=chosen, hidden=hidden, back_url=request.path)

    def step_view(self, request: HttpRequest, object_id: str, step: Step) -> HttpResponse:
        """Ask before the step is done to one record, then do it and go back to its page."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self.not_there(request)
        if not self.has_change_permission(request, record) or not step.offered(request, record):
            raise PermissionDenied
        back_url = self.url("change", record.pk)
        if request.GET.urlencode() == FROM_DASHBOARD:
            back_url = reverse(f"{self.admin_site.name}:index")
        form = step.make_form(request, [record], confirmed=request.method == "POST")
        if form.is_bound and form.is_valid():
            sentence = step.carry_out(form, [record], request.user)  # type: ignore[arg-type]
            if sentence:
                self.message_user(request, sentence, messages.SUCCESS)
                is_gone = not self.is_there(request, unquote(object_id))
                return HttpResponseRedirect(self.url("changelist") if is_gone else back_url)
        return self.question(request, step, form, [record], back_url=back_url)

    def question(
        self,
        request: HttpRequest,
        step: Step,
        form: forms.Form,
        records: Sequence[Any],
        *,
        chosen: int = 1,
        hidden: Sequence[tuple[str, str]] = (),
        back_url: str,
    ) -> HttpResponse:
        """Draw the page that asks; with errors the answer is 422. chosen: how many records the person selected."""
        context = {
            **self.admin_site.each_context(request),
            "title": step.question,
            "step": step,
            "form": form,
            "opts": self.opts,
            "named": records[:NAMED_ON_QUESTION],
            "unnamed": max(0, len(records) - NAMED_ON_QUESTION),
            "done_now": len(records),
            "chosen": chosen,
            "hidden": hidden,
            "back_url": back_url,
            "media": form.media,
            "error_links": form_error_links(form),
        }
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/question.html", context, status=status)

    # --- Forms ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Draw or save the form. Where two people make the same thing at once, the second is told in the form.

        The database refuses the second row after the form's own check passed; checked again, the form sees the first.
        """
        if object_id is not None and not self.is_there(request, unquote(object_id)):
            return self.not_there(request)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Draw the form; with errors the answer is 422 and a summary above it leads to each of them."""
        has_errors = bool(context.get("errors"))
        context["error_links"] = error_links(context) if has_errors else []
        # The summary takes the place of Django's own note, which says only that there are errors.
        context["errors"] = None
        context["step_links"] = self.steps_for(request, obj) if obj is not None else []
        response = super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)
        if has_errors:
            response.status_code = 422
        return response

    # --- History ---

    def get_history(self, record: Any) -> list[Change] | None:
        """Return the record's history, newest first; None where this kind of record keeps none."""
        return None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what and when."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self.not_there(request)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        history = self.get_history(record)
        if history is None:
            return super().history_view(request, object_id, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": str(record),
            "record": record,
            "opts": self.opts,
            "page": Paginator(history, CHANGES_ON_A_PAGE).get_page(request.GET.get("page")),
            "change_url": self.url("change", record.pk),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)


def _bulk(
    model_admin: PortalModelAdmin, request: HttpRequest, queryset: models.QuerySet, step: Step
) -> HttpResponse | None:
    return model_admin.bulk_step(request, queryset, step)


def form_error_links(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return every error of a form with the id of the control that it is about, "" where it is about none."""
    if not form.is_bound:
        return []
    links = [(str(message), "") for message in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        links += [(_of_field(bound, str(message)), bound.id_for_label or bound.auto_id) for message in bound.errors]
    return links


def _of_field(bound: forms.BoundField, message: str) -> str:
    """Return an error as it is read away from its field: Django's own sentences do not say which one they are about."""
    return message if str(bound.label).lower() in message.lower() else f"{bound.label}: {message}"


def error_links(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return every error of a change form and of the rows below it, as `form_error_links` does."""
    links = form_error_links(context["adminform"].form)
    for inline in context.get("inline_admin_formsets", ()):
        links += [(str(message), "") for message in inline.formset.non_form_errors()]
        for form in inline.formset.forms:
            links += form_error_links(form)
    return links
