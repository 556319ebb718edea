"""What an evidence page shows, gathered from the record."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import ngettext

from catalogue.addresses import search_url
from catalogue.choices import READABLE_BY_ADDRESS, KindName, Licence, Phrase, PublicationStatus, Status
from catalogue.learn_next import learn_next
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.relations import shown_to
from catalogue.search.likeness import more_like
from evidence.appraisal import READING_AID
from evidence.choices import Access, Population
from evidence.citation import harvard, meta_tags, scholarly_work, vancouver
from evidence.citation.pages import full_pages
from evidence.full_text import full_text, web_address
from evidence.models import Attachment, Evidence


@dataclass(frozen=True)
class Banner:
    """One notice above the text; `notice` is a key of design.notices."""

    notice: str
    detail: str = ""
    on: date | None = None
    url: str = ""
    link: str = ""


def evidence_context(record: Evidence, user: Reader) -> dict[str, Any]:
    """Return what the page reads. `record` comes from `for_page`; six queries more, however much there is to show."""
    topics = list(record.topics.all())
    attachment = Attachment.objects.filter(evidence=record).first()
    return {
        "record": record,
        "is_live": record.status in READABLE_BY_ADDRESS and not record.is_scheduled,
        "banners": banners(record, successor=visible_successor(record, user)),
        "topics": topics,
        "appraisals": list(record.appraisals.all()),
        "deciding": None if record.band_override else record.deciding_appraisal,
        "full_text": full_text(record),
        "Access": Access,
        "attachment": attachment,
        "facts": study_facts(record),
        "phrases": [(Phrase(value).label, search_url(phrase=value)) for value in record.phrases],
        "licence": Licence(record.licence).label if record.licence else "",
        "citations": [("Vancouver", vancouver(record)), ("Harvard", harvard(record))],
        "meta_tags": meta_tags(record),
        "source_address": web_address(record),
        "structured": scholarly_work(record, topics=[topic.name for topic in topics]),
        "reading_aid": READING_AID,
        "links": shown_to(user, record),
        "lessons": learn_next(user=user, topics=topics, item=record),
        "related": more_like(record, user, topics=topics, leaving_out=[KindName.LEARNING]),
    }


def visible_successor(record: Evidence, user: Reader) -> Item | None:
    """Return the item that replaced this one where the reader may see it."""
    if record.superseded_by_id is None:
        return None
    return Item.objects.visible_to(user).filter(pk=record.superseded_by_id).first()


def banners(record: Evidence, *, successor: Item | None) -> list[Banner]:
    """Return what a reader must know before reading, the gravest first."""
    found = []
    if record.is_retracted:
        found.append(Banner("retracted", detail=record.retraction_note))
    if record.status == Status.SUPERSEDED:
        url, link = (successor.get_absolute_url(), successor.title) if successor else ("", "")
        found.append(Banner("superseded", url=url, link=link))
    if record.status == Status.ARCHIVED:
        found.append(Banner("archived"))
    if record.publication_status == PublicationStatus.PREPRINT:
        found.append(Banner("preprint"))
    if record.status == Status.PUBLISHED and record.is_past_review:
        found.append(Banner("overdue", on=record.review_due))
    return found


def study_facts(record: Evidence) -> list[tuple[str, object]]:
    """Return name and value of each fact about the source; the component leaves out those without a value."""
    numbers = record.volume + (f"({record.issue})" if record.issue else "")
    where = ", ".join(part for part in (record.source, numbers, full_pages(record.pages)) if part)
    people = record.sample_size
    studies = record.included_studies
    return [
        ("Authors", ", ".join(record.author_list)),
        ("Published in" if record.source else "Published by", where or record.publisher),
        ("Publisher", record.publisher if where else ""),
        ("Version", record.edition),
        ("Publication status", record.get_publication_status_display()),
        ("Kind of question", record.get_question_type_display() if record.question_type else ""),
        ("Question", record.question),
        ("Population", ", ".join(Population(value).label for value in record.population)),
        ("Intervention or exposure", record.intervention),
        ("Outcomes", record.outcomes),
        (
            "Size",
            ngettext("%(number)s person", "%(number)s people", people) % {"number": f"{people:,}"} if people else "",
        ),
        ("Included studies", f"{studies:,}" if studies else ""),
        ("Setting", ", ".join(record.setting_labels)),
        ("For", ", ".join(record.audience_labels)),
        ("Country", record.get_country_scope_display() if record.country_scope else ""),
        ("Owned by", record.organisation),
        ("Funder", record.funder),
        ("Conflicts of interest", record.conflicts),
        ("Keywords", ", ".join(record.keywords)),
        ("Language", record.language),
        ("ISBN", record.isbn),
    ]
