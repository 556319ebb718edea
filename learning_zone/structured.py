"""What search engines and calendars read of a resource: schema.org as JSON-LD, dates as iCalendar."""

import datetime
import json
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from icalendar import Calendar, Event

from learning_zone import durations
from learning_zone.choices import Access, Cost, Format
from learning_zone.models import CourseRun, LearningResource

# Source: https://schema.org/CourseInstance, the values of courseMode that search engines read.
MODES = {
    Format.LIVE_ONLINE: "online",
    Format.SELF_PACED: "online",
    Format.IN_PERSON: "onsite",
    Format.BLENDED: "blended",
    Format.AUDIO: "online",
    Format.READING: "online",
}
# In a data block nothing runs, but the parser of HTML would end it at "</script".
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def schema_org(resource: LearningResource) -> dict[str, Any]:
    """Return the resource as schema.org describes it: VideoObject for a recording, Course for the rest."""
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject" if resource.form == "recorded_webinar" else "Course",
        "name": resource.title,
        "description": resource.summary or resource.title,
        "url": absolute(resource.get_absolute_url()),
        "inLanguage": resource.language or "en-GB",
        "isAccessibleForFree": resource.cost in {Cost.FREE, Cost.FUNDED} and resource.access != Access.PAID,
        "educationalLevel": resource.get_level_display(),
        "teaches": resource.outcome_list,
        "provider": {"@type": "Organization", "name": resource.provider} if resource.provider else None,
    }
    if resource.minutes is not None:
        name = "duration" if resource.form == "recorded_webinar" else "timeRequired"
        about[name] = durations.iso(resource.minutes)
    if resource.form == "recorded_webinar":
        day = resource.recorded_on or resource.published_at
        about["uploadDate"] = day.isoformat() if day else None
        about["embedUrl"] = resource.embed_url
    else:
        about["hasCourseInstance"] = [_instance(resource, run) for run in resource.runs.all()]
    return {name: value for name, value in about.items() if value not in (None, "", [])}


def json_ld(resource: LearningResource) -> SafeString:
    """Return the data block for the page's head. The policy of the page lets no script run; a data block is none."""
    text = json.dumps(schema_org(resource), ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


def calendar(resource: LearningResource, run: CourseRun, *, now: datetime.datetime) -> bytes:
    """Return one date of a course for a person's calendar (RFC 5545). `now` is when it was made."""
    entry = Event()
    host = settings.PORTAL_URL.partition("://")[2].partition("/")[0]
    entry.add("uid", f"learning-run-{run.pk}@{host}")
    entry.add("dtstamp", now.astimezone(datetime.UTC))
    entry.add("dtstart", run.starts_at.astimezone(datetime.UTC))
    entry.add("dtend", run.ends_at.astimezone(datetime.UTC))
    entry.add("summary", resource.title)
    entry.add("location", run.place)
    entry.add("url", absolute(resource.get_absolute_url()))
    entry.add("description", "\n\n".join(part for part in (resource.summary, run.booking_url) if part))
    entry.add("status", "CANCELLED" if run.is_cancelled else "CONFIRMED")
    made = Calendar()
    made.add("prodid", "-//Knowledge Portal//Learning//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add_component(entry)
    return bytes(made.to_ical())


def absolute(path: str) -> str:
    """Return the whole address of a page of the portal."""
    return urljoin(settings.PORTAL_URL, path)


def _instance(resource: LearningResource, run: CourseRun) -> dict[str, Any]:
    return {
        "@type": "CourseInstance",
        "courseMode": MODES[Format(resource.format)],
        "startDate": run.starts_at.isoformat(),
        "endDate": run.ends_at.isoformat(),
        "location": run.place or "Online",
        "eventStatus": f"https://schema.org/{'EventCancelled' if run.is_cancelled else 'EventScheduled'}",
    }
