"""The ModelAdmin that every kind of item builds on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

from accounts.admin_pages import PortalModelAdmin, Step
from accounts.history import Change, Own, Rows, changes, events_of
from catalogue import services
from catalogue.admin.editing import ItemForm, kind_of
from catalogue.admin.steps import REVIEW_STEPS, UNPUBLISHED
from catalogue.choices import Status
from catalogue.models import Item, ItemTopic
from catalogue.search import index
from design.cards import BAND_WORDS
from design.dates import day_in_words
from design.templatetags.components import quality_tag


class ItemAdmin(PortalModelAdmin):
    """Lists and forms of one kind of item.

    A kind derives from it, adds its fields and its own steps, and overrides `after_save` where something follows from
    the rows below the form. Everybody sees what they may change, by `editable_by`; nobody saves over another's text.
    """

    form = ItemForm
    change_form_template = "admin/catalogue/item_change_form.html"
    list_select_related: ClassVar[tuple[str, ...]] = ("organisation",)
    ordering: ClassVar[tuple[str, ...]] = ("-updated_at",)
    date_hierarchy = "created_at"
    steps: ClassVar[Sequence[Step]] = REVIEW_STEPS
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("organisation", "owner")

    # --- Who sees what ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what this person may change."""
        items: QuerySet[Any] = self.model._default_manager.editable_by(request.user)
        return items.order_by(*self.get_ordering(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Fetch the record; while its form is being saved its row is held, so that the check of its version stays true."""
        if request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            list(Item.objects.select_for_update().filter(pk=int(object_id)).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records are archived or withdrawn; a step deletes drafts."""
        return False

    # --- Saving ---

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Claim the version that the person opened, then save. EditConflict cannot happen here: the row is held."""
        if change:
            services.claim_version(item=obj, version=form.cleaned_data["opened_version"])
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save topics and the rows below the form, then let follow what depends on them, in the same transaction."""
        super().save_related(request, form, formsets, change)
        self.after_save(form.instance)
        if form.publishes:
            services.publish(item=form.instance, by=request.user)  # type: ignore[arg-type]
            self.message_user(request, "Published.", messages.SUCCESS)

    def after_save(self, item: Any) -> None:
        """Bring search and topic pages in step."""
        index(item)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Draw the form; where somebody else saved meanwhile, above it what both wrote, and the answer is 409."""
        form = context["adminform"].form
        conflict = form.conflict
        context |= {
            "conflict": conflict,
            "can_publish": obj is None or obj.status in {*UNPUBLISHED, Status.ARCHIVED},
            "state": obj.state_label if obj is not None else "",
            "show_save_and_add_another": False,
        }
        if conflict is not None:
            context["title"] = "Somebody else saved this record"
        response = super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)
        if conflict is not None:
            response.status_code = 409
        return response

    # --- History ---

    def get_history(self, record: Any) -> list[Change]:
        """What happened to the record, to its topics and to the rows below its form."""
        return changes(
            own=[Own(events_of(Item).filter(pgh_obj=record.pk), words=self.history_words()), *self.own_history(record)],
            rows=[
                Rows(events_of(ItemTopic).filter(content_object=record.pk), "Topic", lambda row, word: word("tag")),
                *self.rows_history(record),
            ],
        )

    def history_words(self) -> Mapping[str, Callable[[Any], str]]:
        """How the history calls stored values that the model itself has no words for."""
        kind = kind_of(self.model)
        return {
            "form": lambda value: kind.forms[value].label if value in kind.forms else value,
            "standing": lambda value: kind.standings.get(value, value),
        }

    def own_history(self, record: Any) -> Sequence[Own]:
        """The events of the kind's own table."""
        return ()

    def rows_history(self, record: Any) -> Sequence[Rows]:
        """The events of the rows below the form."""
        return ()

    # --- Columns ---

    @admin.display(description="type", ordering="form")
    def type_words(self, item: Item) -> str:
        """The type as readers see it."""
        return item.form_label or "No type yet"

    @admin.display(description="quality", ordering="standing")
    def standing_words(self, item: Item) -> str:
        """The confidence band, or how well tested, as on readers' cards."""
        if item.standing in BAND_WORDS:
            return render_to_string("components/quality_tag.html", quality_tag(item.standing))
        return item.standing_label

    @admin.display(description="status", ordering="status")
    def state_words(self, item: Item) -> str:
        """The status, scheduled included."""
        return item.state_label

    @admin.display(description="review due", ordering="review_due")
    def review_words(self, item: Item) -> str:
        """The day of the next review, marked where it has gone by."""
        if item.review_due is None:
            return ""
        if item.status == Status.PUBLISHED and item.is_past_review:
            return format_html('<span class="kp-overdue">Overdue: {}</span>', day_in_words(item.review_due))
        return day_in_words(item.review_due)

    @admin.display(description="updated", ordering="updated_at")
    def updated_on(self, item: Item) -> str:
        """The day of the last change."""
        return day_in_words(item.updated_at)
