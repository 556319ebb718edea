"""What the home page shows."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from catalogue.addresses import search_url
from catalogue.cards import with_card_facts
from catalogue.choices import Phrase
from catalogue.counting import phrase_counts, topic_counts
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.topic_page import CountedTopic
from events.page import next_events
from taxonomy.models import Topic

NEW_SHOWN = 4
EVENTS_SHOWN = 3
NEW_FOR = datetime.timedelta(days=30)
DOOR_WORDS = {
    Phrase.APPLY: "Look for what is known before you decide: guidelines, reviews and studies, with their quality in words.",
    Phrase.BUILD: "Learn from colleagues: what they tried, what happened and what they would do again.",
    Phrase.CONTINUE: "Keep up with what changes, and with the skills to make sense of it.",
    Phrase.DRIVE: "Try new ways on the strength of what is known, and see what came of them elsewhere.",
}


@dataclass(frozen=True)
class Door:
    """One of the four phrases as a way in."""

    phrase: str
    label: str
    words: str
    url: str
    count: int


def home_context(user: Reader) -> dict[str, Any]:
    """Return the doors, the top topics with their counts, the newest items and the next events. Eleven queries at most, however much
    there is."""
    counts = phrase_counts(user)
    top = list(Topic.objects.active().top().order_by("name"))
    by_topic = topic_counts(user, [topic.pk for topic in top])
    listed = Item.objects.listed_to(user)
    return {
        "doors": [
            Door(phrase.value, phrase.label, DOOR_WORDS[phrase], search_url(phrase=phrase.value), counts[phrase.value])
            for phrase in Phrase
        ],
        "topics": [CountedTopic(topic, by_topic.get(topic.pk, 0)) for topic in top],
        "newest": with_card_facts(listed.new_since(timezone.now() - NEW_FOR).newest_first().for_cards()[:NEW_SHOWN]),
        "newest_url": search_url(sort="newest"),
        "events": next_events(user, number=EVENTS_SHOWN),
    }
