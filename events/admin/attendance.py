"""Who comes to an event: the list to print and to tick, and the table for the organiser."""

import csv
import io

from design.dates import moment_in_words
from events.models import Event

HEADINGS = ("Name", "E-mail address", "Organisation", "State", "Booked", "Came", "What they will do differently")
# What a spreadsheet would take for a formula.
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(event: Event) -> bytes:
    """Return every booking that stands, in order, for a spreadsheet: UTF-8 with a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for booking in event.bookings.live().select_related("person", "person__organisation"):
        organisation = str(booking.person.organisation or "") if booking.person else ""
        came = "" if booking.came is None else "Yes" if booking.came else "No"
        row = (booking.who, booking.address, organisation, booking.get_state_display(),
               moment_in_words(booking.created_at), came, booking.feedback)  # fmt: skip
        writer.writerow([f"'{value}" if value.startswith(FORMULA_BEGINNINGS) else value for value in row])
    return out.getvalue().encode("utf-8-sig")
