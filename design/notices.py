"""What a reader must know about an item before reading it, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """A heading, the sentence under it, how loud it is ("stop", "care" or "note") and its short form for cards."""

    heading: str
    text: str
    tone: str
    short: str

    @property
    def colour(self) -> str:
        """The colour of its tag."""
        return {"stop": "red", "care": "yellow", "note": "grey"}[self.tone]


NOTICES = {
    "retracted": Notice(
        heading="This paper has been retracted",
        text="Its publisher no longer stands by it. Do not base a decision on its findings.",
        tone="stop",
        short="Retracted",
    ),
    "withdrawn": Notice(
        heading="This has been withdrawn from the portal",
        text="It can no longer be read here.",
        tone="stop",
        short="Withdrawn",
    ),
    "superseded": Notice(
        heading="There is a newer version of this",
        text="Use the newer version. This one is kept for the record.",
        tone="care",
        short="Newer version available",
    ),
    "archived": Notice(
        heading="This has been archived",
        text="It is kept for the record and is no longer checked.",
        tone="note",
        short="Archived",
    ),
    "overdue": Notice(
        heading="This is past its review date",
        text="It may be out of date. Check whether anything newer has been published before you rely on it.",
        tone="care",
        short="Past its review date",
    ),
    "preprint": Notice(
        heading="This is a preprint",
        text="Other researchers have not yet reviewed it. Its findings may change.",
        tone="care",
        short="Preprint, not peer reviewed",
    ),
}
