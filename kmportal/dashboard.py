"""The first page of the librarians' admin: what waits, what is due for review, imports, and the collection in numbers.

Every number leads to the list that it counts. What a person may not see is neither listed nor counted.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.db.models import Count, Min, Model, Q
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from accounts.admin_pages import FROM_DASHBOARD
from accounts.models import User
from catalogue import kinds
from catalogue.asked.models import Search
from catalogue.choices import KindName, Status
from catalogue.models import Item
from catalogue.querysets import ItemQuerySet
from catalogue.review import SOON_DAYS, review_conditions
from catalogue.services import months_later
from design.charts import percentages
from design.dates import MONTHS
from digests.choices import RunState
from digests.metrics import trouble
from digests.models import Run
from enquiries.models import Enquiry
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.models import Evidence
from taxonomy.models import Topic

SHOWN_REVIEWS = 10
SHOWN_IMPORTS = 5
SHOWN_TYPES = 12
# How many months the picture of coming reviews shows.
MONTHS_AHEAD = 12
STEPS = (("still-right", "Still right"), ("supersede", "Supersede"), ("archive", "Archive"))


@dataclass(frozen=True)
class Waiting:
    """Something that waits: how much of it, since when, and the list. `note` says what is special about it."""

    label: str
    number: int
    url: str
    note: str = ""


@dataclass(frozen=True)
class KindRow:
    """What one kind of item holds that needs a librarian, as pairs of number and address ("" where it has no list)."""

    label: str
    submitted: tuple[int, str]
    drafts: tuple[int, str]
    overdue: tuple[int, str]
    soon: tuple[int, str]


@dataclass(frozen=True)
class Review:
    """An item whose review is due, with the addresses of what can be done about it."""

    item: Item
    update_url: str
    steps: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Import:
    """An imported file, and how many of its records are still drafts."""

    batch: ImportBatch
    drafts: int
    drafts_url: str


@dataclass(frozen=True)
class Bar:
    """One row of a small picture: words, number, its share of the largest in per cent, and the list."""

    label: str
    number: int
    share: float
    url: str


@dataclass(frozen=True)
class Dashboard:
    """All that the page shows. trouble: why the email updates are not looked after, "" where they are."""

    waiting: Sequence[Waiting]
    trouble: str
    kinds: Sequence[KindRow]
    reviews: Sequence[Review]
    imports: Sequence[Import]
    by_quality: Sequence[Bar]
    by_type: Sequence[Bar]
    by_month: Sequence[Bar]


def dashboard_for(user: User, *, site: AdminSite) -> Dashboard:
    """Work the page out for one librarian, in a number of queries that does not grow with the collection."""
    items = Item.objects.editable_by(user)
    evidence = kinds.get(KindName.EVIDENCE)
    return Dashboard(
        waiting=waiting(),
        trouble=trouble(),
        kinds=kind_rows(items, site=site),
        reviews=reviews(items, site=site),
        imports=imports(),
        by_quality=bars_by(items, "standing", evidence.standings),
        by_type=bars_by(items, "form", {value: form.label for value, form in evidence.forms.items()}, most=SHOWN_TYPES),
        by_month=reviews_by_month(items),
    )


def list_url(model: type[Model], **query: str) -> str:
    """Return the address of a list of the admin, narrowed by its filters."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def waiting() -> list[Waiting]:
    """Return the queues of questions and of people, each with the age of what has waited longest."""
    questions = Enquiry.objects.open().aggregate(number=Count("pk"), oldest=Min("created_at"))
    people = User.objects.waiting_for_approval().aggregate(number=Count("pk"), oldest=Min("staff_requested_at"))
    return [
        Waiting(
            "Questions to the library",
            questions["number"],
            list_url(Enquiry, state__exact=Enquiry.State.RECEIVED),
            since(questions["oldest"]),
        ),
        Waiting(
            "People waiting for staff access",
            people["number"],
            list_url(User, staff="waiting"),
            since(people["oldest"]),
        ),
        Waiting(
            "Topics suggested",
            Topic.objects.filter(status=Topic.Status.CANDIDATE).count(),
            list_url(Topic, status__exact=Topic.Status.CANDIDATE),
        ),
        Waiting(
            "Searches without a result",
            Search.objects.filter(times_without__gt=0).count(),
            list_url(Search, result="none"),
        ),
        Waiting(
            "Email updates to release",
            Run.objects.filter(state=RunState.PLANNED).count(),
            list_url(Run, state__exact=RunState.PLANNED),
        ),
    ]


def since(moment: datetime.datetime | None) -> str:
    """Return how long something has waited: "oldest: today", "oldest: 3 days"."""
    if moment is None:
        return ""
    days = (timezone.localdate() - timezone.localdate(moment)).days
    return "oldest: today" if days < 1 else f"oldest: {days} day{'' if days == 1 else 's'}"


def kind_rows(items: ItemQuerySet[Item], *, site: AdminSite) -> list[KindRow]:
    """Return what each kind holds that needs a librarian; kinds without a list in the admin are left out."""
    review = review_conditions()
    conditions = {
        "submitted": Q(status=Status.SUBMITTED),
        "drafts": Q(status=Status.DRAFT)
        & ~Q(kind__in=[kind.name for kind in kinds.all_kinds() if kind.drafts_are_private]),
        "overdue": review["overdue"],
        "soon": review["soon"],
    }
    counted = items.order_by().values("kind")
    counted = counted.annotate(**{name: Count("pk", filter=condition) for name, condition in conditions.items()})
    numbers: dict[str, dict[str, int]] = {str(row["kind"]): row for row in counted}  # type: ignore[misc]
    rows = []
    for kind in kinds.all_kinds():
        if site.is_registered(kind.model):
            of_kind = numbers.get(kind.name, {})
            filters = site.get_model_admin(kind.model).list_filter
            has_review_filter = any(getattr(entry, "parameter_name", "") == "review" for entry in filters)
            rows.append(
                KindRow(
                    label=kind.plural,
                    submitted=(of_kind.get("submitted", 0), list_url(kind.model, status__exact=Status.SUBMITTED)),
                    drafts=(
                        of_kind.get("drafts", 0),
                        "" if kind.drafts_are_private else list_url(kind.model, status__exact=Status.DRAFT),
                    ),
                    overdue=(
                        of_kind.get("overdue", 0),
                        list_url(kind.model, review="overdue") if has_review_filter else "",
                    ),
                    soon=(of_kind.get("soon", 0), list_url(kind.model, review="soon") if has_review_filter else ""),
                )
            )
    return rows


def reviews(items: ItemQuerySet[Item], *, site: AdminSite) -> list[Review]:
    """Return the items whose review is due first, the longest overdue on top."""
    last = timezone.localdate() + datetime.timedelta(days=SOON_DAYS)
    due = items.filter(status=Status.PUBLISHED, review_due__lte=last).order_by("review_due", "pk")[:SHOWN_REVIEWS]
    return [
        Review(
            item=item,
            update_url=item_url(item, "change"),
            steps=[(label, f"{item_url(item, step)}?{FROM_DASHBOARD}") for step, label in STEPS],
        )
        for item in due
        if site.is_registered(kinds.get(item.kind).model)
    ]


def item_url(item: Item, page: str) -> str:
    """Return the address of one of the item's pages in the admin."""
    model = kinds.get(item.kind).model._meta
    return reverse(f"admin:{model.app_label}_{model.model_name}_{page}", args=[item.pk])


def imports() -> list[Import]:
    """Return the latest imports with the number of their drafts that are still unpublished."""
    batches = list(ImportBatch.objects.select_related("job", "uploaded_by")[:SHOWN_IMPORTS])
    left = dict(
        ImportedRecord.objects.filter(
            batch__in=[batch.pk for batch in batches],
            outcome=ImportedRecord.Outcome.CREATED,
            is_settled=True,
            evidence__status=Status.DRAFT,
        )
        .order_by()
        .values_list("batch")
        .annotate(number=Count("evidence", distinct=True))
    )
    return [
        Import(
            batch=batch,
            drafts=left.get(batch.pk, 0),
            drafts_url=list_url(Evidence, **{"import": str(batch.pk), "status__exact": Status.DRAFT}),
        )
        for batch in batches
    ]


def bars_by(items: ItemQuerySet[Item], column: str, words: Mapping[str, str], *, most: int | None = None) -> list[Bar]:
    """Return how many published records there are of each value of a column, in the order of the words.

    With `most`, only so many, the most frequent first.
    """
    published = items.filter(kind=KindName.EVIDENCE, status=Status.PUBLISHED).order_by()
    numbers = dict(published.values_list(column).annotate(number=Count("pk")))
    found = [(value, label, numbers[value]) for value, label in words.items() if value in numbers]
    if most is not None:
        found = sorted(found, key=lambda entry: -entry[2])[:most]
    return bars(
        [
            (label, number, list_url(Evidence, **{column: value, "status__exact": Status.PUBLISHED}))
            for value, label, number in found
        ]
    )


def reviews_by_month(items: ItemQuerySet[Item]) -> list[Bar]:
    """Return how many reviews of evidence fall due in each of the coming months, this one first."""
    first = timezone.localdate().replace(day=1)
    months = [months_later(first, number) for number in range(MONTHS_AHEAD)]
    counted = (
        items.filter(
            kind=KindName.EVIDENCE,
            status=Status.PUBLISHED,
            review_due__gte=first,
            review_due__lt=months_later(first, MONTHS_AHEAD),
        )
        .order_by()
        .values_list(TruncMonth("review_due"))
        .annotate(number=Count("pk"))
    )
    numbers = dict(counted)
    return bars(
        [
            (
                f"{MONTHS[month.month - 1]} {month.year}",
                numbers.get(month, 0),
                list_url(
                    Evidence,
                    review_due__year=str(month.year),
                    review_due__month=str(month.month),
                    status__exact=Status.PUBLISHED,
                ),
            )
            for month in months
        ]
    )


def bars(rows: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Return the rows with their shares of the largest."""
    shares = percentages([number for _, number, _ in rows])
    return [Bar(label, number, share, url) for (label, number, url), share in zip(rows, shares, strict=True)]
