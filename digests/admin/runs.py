"""Runs in the admin: what comes next, what is planned and how it looks, releasing, holding, stopping."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from csp.constants import NONE
from csp.decorators import csp
from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator

from accounts.admin_pages import PortalModelAdmin, PortalTabularInline, Step
from accounts.models import User
from digests import metrics, overview
from digests.choices import DigestState, RunState
from digests.models import Digest, Note, Run, Subscriber
from digests.services import releasing
from digests.services.releasing import CannotDo
from digests.writing import previewing
from digests.writing.composing import write
from mail.composers import Content

# What a mail program allows: the message's own styles, and no script whoever wrote it.
AS_MAIL = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
}


def step(
    name: str,
    *,
    label: str,
    button: str,
    question: str,
    change: Callable[..., int],
    done: str,
    states: Sequence[str],
    lead: str = "",
) -> Step:
    """Return what can be done with one run while it is in one of these states.

    change: the service, which takes run and by and returns how many mails it was about; done: the
    sentence with that number.
    """

    def act(runs: Sequence[Run], answers: Mapping[str, Any], by: User) -> str:
        return done.format(number=change(run=runs[0], by=by))

    def offered(request: HttpRequest, run: Run) -> bool:
        return run.state in states

    return Step(
        name=name,
        label=label,
        question=question,
        button=button,
        lead=lead,
        act=act,
        refusals=(CannotDo,),
        in_bulk=False,
        offered=offered,
    )


STEPS = (
    step(
        "release",
        label="Release…",
        question="Release this run?",
        button="Release it",
        lead="Its mail goes to the outbox and leaves at each reader's hour.",
        change=releasing.release,
        done="Released: {number:,} mails are in the outbox.",
        states=(RunState.PLANNED,),
    ),
    step(
        "hold",
        label="Hold back…",
        question="Hold this run back?",
        button="Hold it back",
        lead="What a sender has in its hands this second still leaves: at most two hundred mails each.",
        change=releasing.hold,
        done="Held back: {number:,} mails wait in the outbox.",
        states=(RunState.PLANNED, RunState.RELEASED),
    ),
    step(
        "go-on",
        label="Let it go on…",
        question="Let this run go on?",
        button="Let it go on",
        change=releasing.go_on,
        done="It goes on: {number:,} mails leave.",
        states=(RunState.HELD,),
    ),
    step(
        "stop",
        label="Stop…",
        question="Stop this run for good?",
        button="Stop it",
        lead="What has not left never will. Nothing is lost: its items come in the next run.",
        change=releasing.stop,
        done="Stopped: {number:,} mails were taken back.",
        states=(RunState.PLANNING, RunState.PLANNED, RunState.RELEASED, RunState.HELD),
    ),
)


class NoteInline(PortalTabularInline):
    """A few words of the library team on top of the mail."""

    model = Note
    fields = ("text", "topic")
    autocomplete_fields = ("topic",)
    extra = 1
    max_num = 5


NO_READER = "Nobody gets updates at this address. To look with the eyes of a test reader, let that address follow something first."


class PreviewForm(forms.Form):
    """Whose mail to look at."""

    reader = forms.EmailField(label="Reader", help_text="The address of a test reader, or of whoever asked.")


@admin.register(Run)
class RunAdmin(PortalModelAdmin):
    """The runs, the latest on top."""

    list_display = ("__str__", "sends_on", "state", "is_late", "released_at", "released_by")
    list_filter = ("state", "frequency")
    list_select_related = ("released_by",)
    change_list_template = "admin/digests/run_change_list.html"
    change_form_template = "admin/digests/run_change_form.html"
    fields = (
        "frequency",
        "period",
        "sends_on",
        "state",
        "is_late",
        "created_at",
        "expires_at",
        "released_at",
        "released_by",
    )
    readonly_fields = fields
    inlines = (NoteInline,)
    steps: ClassVar = STEPS

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The tick opens runs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        """A run is a record of what was sent."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Add the overview and the previews."""
        wrap = self.admin_site.admin_view
        return [
            path("overview/", wrap(self.overview_view), name=self.url_name("overview")),
            path("<int:run_id>/preview/", wrap(self.preview_view), name=self.url_name("preview")),
            path("<int:run_id>/preview/<int:subscriber_id>/", wrap(self.mail_view), name=self.url_name("mail")),
            *super().get_urls(),
        ]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Note who wrote a note."""
        for note in formset.save(commit=False):
            note.written_by = note.written_by or request.user
            note.save()
        for note in formset.deleted_objects:
            note.delete()

    def overview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what comes next, whom it reaches, what fails and what is followed in vain."""
        self.refuse_unless_viewer(request)
        runs = overview.sizes_of_runs()
        context = {
            **self.admin_site.each_context(request),
            "title": "E-mail updates: overview",
            "opts": self.opts,
            "trouble": metrics.trouble(),
            "next_runs": overview.next_runs(),
            "may_note": request.user.has_perm("digests.add_note"),
            "numbers": overview.numbers(),
            "runs": runs,
            "pace": [sent for _run, sent, _empty, _unsent in reversed(runs)],
            "refusals": overview.refusals(),
            "nothing": overview.topics_with_nothing(),
            "followed": overview.most_followed(),
        }
        return TemplateResponse(request, "admin/digests/overview.html", context)

    def preview_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Show the sizes of a run and samples of its mail, or the mail of one reader."""
        self.refuse_unless_viewer(request)
        run = get_object_or_404(Run, pk=run_id)
        form = PreviewForm(request.GET or None)
        found: Subscriber | None = None
        if form.is_bound and form.is_valid():
            found = Subscriber.objects.at(form.cleaned_data["reader"]).first()
            if found is None:
                form.add_error("reader", NO_READER)
        counts = {state: Digest.objects.filter(run=run, state=state).count() for state in DigestState.values}
        context = {
            **self.admin_site.each_context(request),
            "title": f"Preview: {run}",
            "opts": self.opts,
            "run": run,
            "form": form,
            "found": found,
            "counts": [(DigestState(state).label, number) for state, number in counts.items()],
            "samples": previewing.samples(run),
        }
        return TemplateResponse(
            request, "admin/digests/preview.html", context, status=422 if form.is_bound and form.errors else 200
        )

    @method_decorator(csp(AS_MAIL))
    def mail_view(self, request: HttpRequest, run_id: int, subscriber_id: int) -> HttpResponse:
        """Give one reader's mail as it would leave now, as HTML or with ?part=text as text."""
        self.refuse_unless_viewer(request)
        run = get_object_or_404(Run, pk=run_id)
        subscriber = get_object_or_404(Subscriber.objects.select_related("user"), pk=subscriber_id)
        digest = previewing.as_chosen_now(run, subscriber)
        content = write([digest])[digest.pk]
        if not isinstance(content, Content):
            return HttpResponse(f"Nothing is sent. {content.reason}", content_type="text/plain; charset=utf-8")
        if request.GET.get("part") == "text":
            return HttpResponse(f"{content.subject}\n\n{content.text}", content_type="text/plain; charset=utf-8")
        return HttpResponse(content.html)

    def refuse_unless_viewer(self, request: HttpRequest) -> None:
        """Raise Http404 for whoever may not see runs."""
        if not self.has_view_permission(request):
            raise Http404
