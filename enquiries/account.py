"""What enquiries add to a person's account: the list of their questions, and the copy of their data."""

from typing import Any

from django.db.models import Prefetch

from accounts.models import User
from enquiries.models import Enquiry, Entry

SHOWN = 20


def own_enquiries(user: User) -> dict[str, Any]:
    """Return the person's latest questions with the answers to them, for the account page."""
    answers = Prefetch("entries", Entry.objects.filter(kind=Entry.Kind.ANSWER), to_attr="answers")
    enquiries = list(Enquiry.objects.asked_by(user).newest_first().prefetch_related(answers)[: SHOWN + 1])
    return {"enquiries": enquiries[:SHOWN], "more": len(enquiries) > SHOWN}


def export(user: User) -> list[dict[str, Any]]:
    """Return all that the person asked while signed in, with the answers."""
    return [
        {
            "reference": enquiry.reference,
            "about": enquiry.get_reason_display(),
            "question": enquiry.question,
            "name": enquiry.name,
            "email": enquiry.email,
            "page": enquiry.from_page,
            "search": enquiry.search_query,
            "asked": enquiry.created_at,
            "state": enquiry.get_state_display(),
            "answers": [
                {"text": entry.text, "sent": entry.created_at}
                for entry in enquiry.entries.all()
                if entry.kind == Entry.Kind.ANSWER
            ],
        }
        for enquiry in Enquiry.objects.asked_by(user).oldest_first().prefetch_related("entries")
    ]
