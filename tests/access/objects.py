"""One public object of each sort, to fill in addresses with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import Organisation, User
from catalogue.asked.models import Search
from enquiries.models import Enquiry
from enquiries.services import receive
from events.models import Event
from evidence.models import Evidence
from jobs.models import Job
from knowledge.models import KnowHow, TechniqueTemplate
from knowledge.services.techniques import load_techniques
from learning_zone.models import CourseRun, LearningRecord, Path
from lists.models import SavedItem
from lists.services import begin_list, save_item
from mail.models import OutboxMessage
from pages.models import Page
from pages.services import load_pages
from taxonomy.models import Abbreviation, Topic
from tests.events.factories import EventFactory, booked
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published
from tests.learning_zone.factories import LearningFactory, done


@dataclass(frozen=True)
class Objects:
    """What the addresses are filled in with; everything that can be public is."""

    evidence: Evidence
    topic: Topic
    page: Page
    organisation: Organisation
    person: User
    job: Job
    message: OutboxMessage
    abbreviation: Abbreviation
    enquiry: Enquiry
    knowhow: KnowHow
    technique: TechniqueTemplate
    run: CourseRun
    path: Path
    record: LearningRecord
    saved: SavedItem
    event: Event


def make_objects() -> Objects:
    """Make one of each."""
    load_pages()
    load_techniques()
    Search.objects.create(words="falls", last_asked=timezone.localdate())
    topic = TopicFactory()
    return Objects(
        evidence=EvidenceFactory(topics=[topic]),
        topic=topic,
        page=Page.objects.order_by("pk")[0],
        organisation=OrganisationFactory(),
        person=UserFactory(),
        job=Job.objects.create(kind="nothing", title="Somebody's long work", owner=UserFactory()),
        message=OutboxMessage.objects.create(
            purpose="test",
            to="reader@mail.example",
            from_email="portal@mail.example",
            subject="Hello",
            text="Hello.",
            message_id="<hello@portal.example>",
        ),
        abbreviation=Abbreviation.objects.create(text="XYZ"),
        enquiry=receive(reason="general", question="Where?", name="A reader", email="reader@mail.example"),
        knowhow=published(visibility="public"),
        technique=TechniqueTemplate.objects.order_by("pk")[0],
        run=CourseRun.objects.create(
            resource=LearningFactory(form="course", url="https://learning.example/course"),
            starts_at=timezone.now(),
            ends_at=timezone.now(),
        ),
        path=Path.objects.create(title="A path", slug="a-path", summary="Somewhere.", is_listed=True),
        record=done(UserFactory()),
        saved=saved(EvidenceFactory(), UserFactory()),
        event=EventFactory(campaign__is_shown=True),
    )


def saved(item: Evidence, owner: User) -> SavedItem:
    """An item in a list that is shared with whoever has the address."""
    return save_item(item=item, by=owner, into=begin_list(title="A list", visibility="link", by=owner))


def arguments(objects: Objects) -> dict[str, Callable[[], list[Any]]]:
    """Address name → what fills it in; the first match holds."""
    evidence, knowhow = objects.evidence, objects.knowhow
    people = ContentType.objects.get_for_model(User).pk
    values: dict[str, Callable[[], list[Any]]] = {
        "topic": lambda: [objects.topic.slug],
        "vocabulary-*": list,
        "suggest-topic": list,
        "topic-*": lambda: [objects.topic.slug],
        "sitemap-section": lambda: ["items"],
        "page": lambda: [objects.page.slug],
        "evidence:short": lambda: [evidence.pk],
        "evidence:list": list,
        "evidence:*": lambda: [evidence.pk, evidence.slug],
        "jobs:*": lambda: [objects.job.pk],
        "mail:mailbox": list,
        "mail:*": lambda: [objects.message.pk],
        "enquiries:contact": list,
        "enquiries:sent": lambda: [objects.enquiry.reference],
        "digests:topic-feed": lambda: [objects.topic.slug],
        "digests:confirm": lambda: ["no-such-token"],
        "digests:manage": lambda: ["no-such-token"],
        "digests:stop": lambda: ["no-such-token"],
        "digests:view": lambda: ["no-such-token"],
        "account_confirm_email": lambda: ["no-such-key"],
        "account_reset_password_from_key": lambda: ["1", "no-such-key"],
        "knowledge:detail": lambda: [knowhow.pk, knowhow.slug],
        "knowledge:agree": lambda: ["no-such-token"],
        "knowledge:technique": lambda: [objects.technique.key],
        "knowledge:sheet": lambda: [objects.technique.key],
        "knowledge:part": lambda: [knowhow.pk, "what-happened"],
        "knowledge:attachment": lambda: [knowhow.pk, 0],
        "knowledge:champion": lambda: [0],
        "knowledge:champion-contact": lambda: [0],
        "learning_zone:detail": lambda: [learning.pk, learning.slug],
        "learning_zone:video": lambda: [learning.pk, learning.slug],
        "learning_zone:captions": lambda: [learning.pk, learning.slug],
        "learning_zone:run-calendar": lambda: [learning.pk, learning.slug, objects.run.pk],
        "learning_zone:path": lambda: [objects.path.slug],
        "learning_zone:log-file": lambda: ["csv"],
        "admin:learning_zone_learningresource_overview": list,
        "admin:knowledge_invitation_gaps": list,
        "admin:taxonomy_topic_tidy": list,
        "admin:catalogue_item_gaps": list,
        "admin:digests_run_overview": list,
        "admin:digests_run_preview": lambda: [0],
        "admin:digests_run_mail": lambda: [0, 0],
        "admin:view_on_site": lambda: [people, objects.person.pk],
        "admin:app_list": lambda: ["evidence"],
    }
    for name in (
        "short",
        "thanks",
        "write",
        "files",
        "links",
        "check",
        "take-back",
        "status",
        "experience",
        "report",
        "answer",
    ):
        values[f"knowledge:{name}"] = lambda: [knowhow.pk]
    learning = objects.run.resource
    for name in ("short", "keep", "steps", "done"):
        values[f"learning_zone:{name}"] = lambda: [learning.pk]
    for name in ("edit", "recorded", "remove"):
        values[f"learning_zone:{name}"] = lambda: [objects.record.pk]
    event = objects.event
    for name in ("detail", "calendar"):
        values[f"events:{name}"] = lambda: [event.pk, event.slug]
    for name in ("short", "book", "asked", "change"):
        values[f"events:{name}"] = lambda: [event.pk]
    for name in ("booking", "booking-calendar"):
        values[f"events:{name}"] = lambda: [booked(event).token]
    values["events:material"] = lambda: [event.pk, 0]
    values["events:feed"] = lambda: ["no-such-secret"]
    for name in ("campaign", "campaign-calendar", "code", "poster", "pledges", "stories"):
        values[f"events:{name}"] = lambda: [event.campaign.slug]
    for name in ("coffee", "coffee-answer"):
        values[f"events:{name}"] = lambda: [event.pk]
    values["events:picture"] = lambda: [event.campaign.slug, 0]
    values["events:pledge-progress"] = lambda: ["no-such-token"]
    values["events:pack"] = lambda: [event.campaign.slug, 0]
    for name in ("home", "find", "quick", "paths", "shelf", "mine", "add", "log"):
        values[f"learning_zone:{name}"] = list
    values["knowledge:helpful"] = lambda: [knowhow.pk, 0]
    entry = objects.saved
    values |= {
        "lists:mine": list,
        "lists:begin": list,
        "lists:save": lambda: [evidence.pk],
        "lists:entry": lambda: [entry.saved_list.key, entry.pk],
        "lists:move": lambda: [entry.saved_list.key, entry.pk],
        "lists:*": lambda: [entry.saved_list.key],
    }
    values["knowledge:contact"] = lambda: [knowhow.pk]
    for model in admin.site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        first = model._base_manager.order_by("pk").values_list("pk", flat=True).first()
        values |= {
            f"admin:{label}_add": list,
            f"admin:{label}_changelist": list,
            f"admin:{label}_*": lambda pk=first: [pk or 0],  # type: ignore[misc]
        }
    return values
