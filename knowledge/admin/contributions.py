"""Moderation: the queue, and one page that shows a contribution beside its warnings and its earlier version."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, Step
from accounts.history import Change, Own, Rows, changes, events_of
from catalogue import relations
from catalogue.admin.filters import ReviewFilter, TopicFilter, TypeFilter
from catalogue.choices import Status
from catalogue.models import Item, ItemTopic
from design.dates import day_in_words
from knowledge.admin.steps import STEPS
from knowledge.comparing import compared
from knowledge.models import Answer, Experience, KnowHow
from knowledge.questions import missing_from, texts_of
from knowledge.services.moderating import last_sent, needs_second_person
from knowledge.warned import shown_as


class StageFilter(ConditionFilter):
    """What waits, for whom, and what was reported or challenged."""

    title = "what waits"
    parameter_name = "stage"

    def conditions(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str, Q]]:
        """Return value, words and condition of every choice."""
        return [
            ("waiting", "Waiting for a decision", Q(status=Status.SUBMITTED)),
            ("mine", "Waiting for me", Q(status=Status.SUBMITTED, moderator=request.user.pk)),
            ("changes", "Changes asked", Q(status=Status.CHANGES_REQUESTED)),
            ("challenged", "Challenged", Q(standing="challenged", status=Status.PUBLISHED)),
            ("published", "Published", Q(status=Status.PUBLISHED)),
        ]


@admin.register(KnowHow)
class KnowHowAdmin(PortalModelAdmin):
    """Contributions. Texts are changed on the pages that authors use, everything else by steps."""

    change_form_template = "admin/knowledge/knowhow_change_form.html"
    steps: ClassVar[Sequence[Step]] = STEPS
    list_display = ("title_words", "state_words", "waited", "warned", "told_by_words", "moderator", "sent_on")
    list_display_links = ("title_words",)
    list_filter = (StageFilter, ReviewFilter, TypeFilter, TopicFilter, "technique")
    list_select_related = ("organisation", "owner", "moderator")
    search_fields = ("title", "summary")
    ordering = ("submitted_at", "pk")
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnowHow]:
        """Only what this person may decide on, oldest first; drafts stay with their authors."""
        editable = KnowHow.objects.editable_by(request.user)
        mine_to_see = editable.exclude(Q(status=Status.DRAFT) & ~Q(written_by=request.user.pk))  # type: ignore[misc]
        return mine_to_see.order_by(*self.get_ordering(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Contributions are written on the pages that authors use."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are withdrawn, not deleted."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Open on what waits."""
        if not request.GET and request.method == "GET":
            return HttpResponseRedirect(f"{request.path}?stage=waiting")
        return super().changelist_view(request, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Add what a moderator reads."""
        knowhow: KnowHow = obj
        latest, earlier = last_sent(knowhow)
        context |= {
            "knowhow": knowhow,
            "texts": compared(texts_of(knowhow), earlier.texts if earlier else None),
            "earlier": earlier,
            "latest": latest,
            "missing": missing_from(knowhow),
            "log": knowhow.steps.in_order().select_related("by"),
            "reports": knowhow.reports.open().select_related("by"),
            "answers": knowhow.colleagues_answers.helpful_first(),
            "links": relations.shown_to(request.user, knowhow, with_proposed=True),
            "needs_second_person": needs_second_person(knowhow, request.user),  # type: ignore[arg-type]
            "files": knowhow.attachments.all(),
            **shown_as(knowhow.warnings),
        }
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    def get_history(self, record: Any) -> list[Change]:
        """What happened to its columns, its topics and what colleagues said."""
        return changes(
            own=[Own(events_of(Item).filter(pgh_obj=record.pk)), Own(events_of(KnowHow).filter(pgh_obj=record.pk))],
            rows=[
                Rows(events_of(ItemTopic).filter(content_object=record.pk), "Topic", lambda row, word: word("tag")),
                Rows(
                    events_of(Experience).filter(knowhow=record.pk),
                    "Experience",
                    lambda row, word: f"{word('verdict')}, {row.place}",
                ),
                Rows(events_of(Answer).filter(knowhow=record.pk), "Answer", lambda row, word: row.place),
            ],
        )

    @admin.display(description="title", ordering="title")
    def title_words(self, knowhow: KnowHow) -> str:
        """The title, or that there is none."""
        return knowhow.title or "Not named yet"

    @admin.display(description="status", ordering="status")
    def state_words(self, knowhow: KnowHow) -> str:
        """The status; and that readers saw it before."""
        hidden = knowhow.status == Status.SUBMITTED and knowhow.published_at is not None
        return f"{knowhow.state_label}{' (hidden from readers)' if hidden else ''}"

    @admin.display(description="waiting", ordering="submitted_at")
    def waited(self, knowhow: KnowHow) -> str:
        """For how long it has waited."""
        if knowhow.status != Status.SUBMITTED:
            return ""
        return f"{knowhow.waiting_days} day{'' if knowhow.waiting_days == 1 else 's'}"

    @admin.display(description="warnings")
    def warned(self, knowhow: KnowHow) -> str:
        """How many things could identify somebody."""
        return str(len(knowhow.warnings) or "")

    @admin.display(description="told by")
    def told_by_words(self, knowhow: KnowHow) -> str:
        """Who wrote it, whatever readers see."""
        return str(knowhow.owner or knowhow.told_by)

    @admin.display(description="sent", ordering="submitted_at")
    def sent_on(self, knowhow: KnowHow) -> str:
        """The day it was sent."""
        return day_in_words(knowhow.submitted_at)
