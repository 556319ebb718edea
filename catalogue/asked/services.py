"""Keeping the log of searches, and learning from it."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from catalogue.asked.models import WORDS_LENGTH, Search
from catalogue.search import SearchPage
from taxonomy.models import EntryTerm, Topic

KEPT = datetime.timedelta(days=30)
# Somebody may paste an address, a telephone number or a patient's number into any box: such words are not kept.
_MAY_NAME_SOMEBODY = re.compile(r"@|(?:\d[\s\-]?){7,}")

NOTE = """
    INSERT INTO catalogue_search AS known (words, times, times_without, found, last_asked) VALUES (%s, 1, %s, %s, %s)
    ON CONFLICT (words) DO UPDATE SET times = known.times + 1, times_without = known.times_without + excluded.times_without,
        found = excluded.found, last_asked = excluded.last_asked
"""


def note_search(page: SearchPage) -> None:
    """Count the search, unless it goes on to another page, is narrowed by filters, or may name somebody."""
    filters = page.filters
    words = filters.q.casefold()
    if not words or filters.is_filtered or filters.page > 1 or len(words) > WORDS_LENGTH:
        return
    if _MAY_NAME_SOMEBODY.search(words):
        return
    is_without = not page.total or page.notes.by_meaning_alone
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [words, int(is_without), page.total, timezone.localdate()])


def forget_old_searches() -> int:
    """Delete what nobody searched for within the last 30 days; return how many rows."""
    return Search.objects.filter(last_asked__lt=timezone.localdate() - KEPT).delete()[0]


@transaction.atomic
def add_as_entry_term(*, search: Search, topic: Topic) -> EntryTerm:
    """Let the words lead to a topic from now on, and take them off the report.

    Raises ValidationError where they lead to a topic already or have more than one meaning.
    """
    term = EntryTerm(topic=topic, text=search.words)
    term.full_clean()
    if EntryTerm.objects.filter(key=term.key).exists():
        raise ValidationError(f"“{search.words}” is an entry term already.")
    term.save()
    search.delete()
    return term
