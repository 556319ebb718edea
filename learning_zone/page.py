"""What the page of one resource shows."""

from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from catalogue.addresses import search_url
from catalogue.cards import with_card_facts
from catalogue.choices import READABLE_BY_ADDRESS, KindName, Phrase, Status
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.relations import shown_to
from catalogue.search.likeness import more_like
from catalogue.techniques import all_techniques
from design.dates import day_in_words
from learning_zone import durations, transcripts
from learning_zone.embedding import allowed_origin, at_second
from learning_zone.models import LearningRecord, LearningResource
from learning_zone.structured import json_ld

NEXT_SHOWN = 4
# A longer recording than a day is a slip of the finger in the address.
LAST_SECOND = 24 * 60 * 60


def page_context(resource: LearningResource, user: Reader, asked: QueryDict) -> dict[str, Any]:
    """Return what the page reads, in a constant number of queries. `resource` comes from `for_page`.

    asked: `watch` loads the player, `at` is the second it begins at, `words` are looked up in the transcript.
    """
    topics = list(resource.topics.all())
    record = own_record(resource, user)
    steps: list[dict[str, Any]] = [
        {
            "step": step,
            "length": durations.in_words(step.minutes) if step.minutes else "",
            "is_done": record is not None and step.pk in record.steps_done,
        }
        for step in resource.steps.all()
    ]
    return {
        "resource": resource,
        "is_live": resource.status in READABLE_BY_ADDRESS and not resource.is_scheduled,
        "successor": successor(resource, user),
        "topics": topics,
        "related": more_like(resource, user, topics=topics, leaving_out=[KindName.LEARNING]),
        "facts": facts(resource),
        "steps": steps,
        "steps_done": sum(row["is_done"] for row in steps),
        "runs": list(resource.runs.coming()),
        "phrases": [(Phrase(value).label, search_url(phrase=value, kind="learning")) for value in resource.phrases],
        "record": record,
        "links": shown_to(user, resource),
        "series": list(LearningResource.objects.offered_to(user).in_series(resource)),
        "next_items": what_next(resource, topics, user),
        "technique": all_techniques().get(resource.technique) if resource.technique else None,
        "host": urlsplit(resource.url).hostname or "",
        "json_ld": json_ld(resource),
        **recording(resource, asked),
    }  # fmt: skip


def recording(resource: LearningResource, asked: QueryDict) -> dict[str, Any]:
    """Return what the player and the transcript read."""
    typed = asked.get("at", "")
    second = min(int(typed), LAST_SECOND) if typed.isdecimal() and len(typed) < 9 else 0
    words = asked.get("words", "").strip()[:200]
    cues = resource.cues
    found = transcripts.find(cues, words)
    own = ""
    if resource.video:
        own = reverse("learning_zone:video", args=[resource.pk, resource.slug])
    player = resource.embed_url if allowed_origin(resource.embed_url) else ""
    return {
        "video_url": f"{own}#t={second}" if own and second else own,
        "player_url": at_second(player, second) if player and "watch" in asked else "",
        "player_host": urlsplit(player).hostname or "",
        "may_play": bool(own or player),
        "second": second,
        "cues": cues,
        "words": words,
        "found": [(cue, transcripts.mark(cue.text, words)) for cue in found],
    }


def facts(resource: LearningResource) -> list[tuple[str, object]]:
    """Return name and value of each fact; the component leaves out those without a value."""
    cpd = resource.cpd_minutes
    return [
        ("Type", resource.form_label),
        ("Time", resource.length),
        ("Level", resource.get_level_display()),
        ("Format", resource.get_format_display()),
        ("Cost", resource.get_cost_display()),
        ("Access", resource.get_access_display()),
        ("How to get in", resource.access_note),
        ("Provider", resource.provider),
        ("For", ", ".join(resource.audience_labels)),
        ("Setting", ", ".join(resource.setting_labels)),
        ("Before you begin", resource.prerequisites),
        ("CPD", durations.in_words(cpd) if cpd else ""),
        ("Certificate", "Yes" if resource.has_certificate else ""),
        ("Language", resource.language),
        ("Captions", "Yes" if resource.has_captions else ""),
        ("Accessibility", resource.accessibility_note),
        ("Recorded on", day_in_words(resource.recorded_on)),
        ("Offered until", day_in_words(resource.expires_on)),
    ]


def what_next(resource: LearningResource, topics: list[Any], user: Reader) -> list[Item]:
    """Return a few resources on the same topics, the next level first, the resource's own series left out."""
    if not topics:
        return []
    order = ["introduction", "working", "advanced"]
    own_level = order.index(resource.level)
    near = list(
        LearningResource.objects.offered_to(user)
        .filter(topic_rows__tag__in=topics)
        .exclude(pk=resource.pk)
        .distinct()
        .order_by("-published_at", "-pk")[: NEXT_SHOWN * 5]
    )
    if resource.series:
        near = [other for other in near if other.series != resource.series]
    near.sort(key=lambda other: (order.index(other.level) < own_level, abs(order.index(other.level) - own_level - 1)))
    keys = [other.pk for other in near[:NEXT_SHOWN]]
    items = {item.pk: item for item in Item.objects.listed_to(user).filter(pk__in=keys).for_cards()}
    return with_card_facts([items[key] for key in keys if key in items])


def own_record(resource: LearningResource, user: Reader) -> LearningRecord | None:
    """Return where the reader stands with the resource: what is open, else the last time they did it."""
    if not isinstance(user, User):
        return None
    own = LearningRecord.objects.of(user).filter(item=resource.pk)
    return own.open().first() or own.done().first()


def successor(resource: LearningResource, user: Reader) -> Item | None:
    """Return what replaced the resource, where the reader may see it."""
    if resource.status != Status.SUPERSEDED or resource.superseded_by_id is None:
        return None
    return Item.objects.visible_to(user).filter(pk=resource.superseded_by_id).first()
