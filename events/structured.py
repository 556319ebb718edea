"""What search engines read of an event: schema.org as JSON-LD."""

from typing import Any

from django.utils.safestring import SafeString

from design.templatetags.components import data_block
from events.choices import BookingWay, Mode, Running
from events.models import Event
from mail.links import portal_url

# Source: https://schema.org/EventAttendanceModeEnumeration and https://schema.org/EventStatusType.
MODES = {
    Mode.ONLINE: "OnlineEventAttendanceMode",
    Mode.IN_PERSON: "OfflineEventAttendanceMode",
    Mode.HYBRID: "MixedEventAttendanceMode",
    Mode.ANY_TIME: "OnlineEventAttendanceMode",
}
STATUSES = {
    Running.ON: "EventScheduled",
    Running.POSTPONED: "EventPostponed",
    Running.CANCELLED: "EventCancelled",
}


def schema_org(event: Event) -> dict[str, Any]:
    """Return the event as schema.org describes it; nothing where it has no time."""
    if event.starts_at is None or event.ends_at is None:
        return {}
    url = portal_url(event.get_absolute_url())
    places: list[dict[str, Any]] = []
    if event.mode != Mode.IN_PERSON:
        places.append({"@type": "VirtualLocation", "url": url})
    if event.place:
        places.append({"@type": "Place", "name": event.place, "address": event.place})
    about = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary or event.title,
        "url": url,
        "startDate": event.starts_at.isoformat(),
        "endDate": event.ends_at.isoformat(),
        "eventAttendanceMode": f"https://schema.org/{MODES[Mode(event.mode)]}",
        "eventStatus": f"https://schema.org/{STATUSES[Running(event.running)]}",
        "location": places,
        "isAccessibleForFree": True if event.booking != BookingWay.ELSEWHERE else None,
        "maximumAttendeeCapacity": event.capacity,
        "performer": [{"@type": "Person", "name": speaker.name} for speaker in event.speakers.all()],
        "organizer": {"@type": "Organization", "name": event.organisation.name} if event.organisation else None,
    }
    return {name: value for name, value in about.items() if value not in (None, "", [])}


def json_ld(event: Event) -> SafeString:
    """Return the data block for the page's head, "" where there is nothing to say."""
    about = schema_org(event)
    return data_block(about) if about else SafeString("")
