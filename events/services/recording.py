"""What stays of a session: a recording in the Learning Zone, and know-how from those who spoke."""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue import recordings
from catalogue.models import Item
from catalogue.services import NotReady, refuse_unless_editable
from design.dates import in_uk_time
from events.models import Event
from events.services.editing import set_recording
from mail.links import portal_url
from mail.services import queue

PURPOSE = "event"


@transaction.atomic
def keep_recording(*, event: Event, url: str, minutes: int, asks_speakers: bool, by: User) -> Item:
    """Make a recorded webinar of a past session, on the same topics, and ask its speakers for a know-how item.

    Raises NotReady with a sentence.
    """
    refuse_unless_editable([event], by)
    if event.starts_at is None or not event.has_started:
        raise NotReady("The session has not begun yet.")
    if event.recording_id is not None:
        raise NotReady("There is a recording of this session already.")
    made = recordings.make_recording(
        session=event,
        url=url,
        minutes=minutes,
        recorded_on=in_uk_time(event.starts_at).date(),
        provider=event.organisation.name if event.organisation else "",
        by=by,
    )
    event = set_recording(event=event, recording=made)
    if asks_speakers:
        ask_speakers(event=event)
    return made


@transaction.atomic
def ask_speakers(*, event: Event) -> int:
    """Ask each speaker whose address is known to write down what they learned, once; return how many were asked."""
    number = 0
    for speaker in event.speakers.filter(asked_at=None).select_related("person"):
        if not speaker.address:
            continue
        values = {
            "speaker": speaker,
            "event": event,
            "page_url": portal_url(event.get_absolute_url()),
            "share_url": portal_url(reverse("knowledge:share")),
            "brand": settings.BRAND,
        }
        queue(
            to=speaker.address,
            subject=f"What did you learn from it? {event.title}",
            text=render_to_string("events/email/speaker.txt", values).strip(),
            purpose=PURPOSE,
            reply_to=settings.LIBRARY_TEAM_EMAIL,
            key=f"event.{event.pk}.speaker.{speaker.pk}",
        )
        speaker.asked_at = timezone.now()
        speaker.save(update_fields=["asked_at"])
        number += 1
    return number
