"""The pages and workstreams that the portal comes with. The words of the pages are in `texts/`, one file each."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class SuppliedPage:
    """One page as it comes with the portal."""

    slug: str
    title: str
    lead: str
    in_footer: bool = True
    live_part: str = ""

    @property
    def body(self) -> str:
        """The words, in Markdown."""
        return (TEXTS / f"{self.slug}.md").read_text(encoding="utf-8")

    @property
    def digest(self) -> str:
        """The fingerprint of the words, by which an edit is noticed."""
        return words_digest(title=self.title, lead=self.lead, body=self.body)


def words_digest(*, title: str, lead: str, body: str) -> str:
    """Return the fingerprint of a page's words; line ends, which a browser's form changes, do not count."""
    words = "\0".join(" ".join(part.split()) for part in (title, lead, body))
    return hashlib.sha256(words.encode()).hexdigest()


PAGES = (
    SuppliedPage(
        slug="mobilising-evidence-and-knowledge",
        title="What do we mean by mobilising evidence and knowledge?",
        lead="Getting what is known, in print and in people’s heads, to the place where a decision is being made.",
    ),
    SuppliedPage(
        slug="library-and-knowledge-staff",
        title="The role of knowledge and library staff",
        lead="The people who find, check, connect and keep what a health service knows.",
    ),
    SuppliedPage(
        slug="workstream",
        title="About this workstream",
        lead="This portal belongs to one of five workstreams that library and knowledge services share.",
        live_part="workstream",
    ),
    SuppliedPage(
        slug="quality",
        title="How we describe quality",
        lead="What the quality labels mean, where they come from, and what they do not tell you.",
        live_part="quality",
    ),
    SuppliedPage(
        slug="accessibility",
        title="Accessibility statement",
        lead="Who can use this portal, what we have tested, and what to do when something gets in your way.",
        in_footer=False,
    ),
    SuppliedPage(
        slug="privacy",
        title="Privacy and cookies",
        lead="What the portal keeps about you, why, for how long, and how to have it removed.",
        in_footer=False,
    ),
)

# The five of the strategy for library and knowledge services in England, 2021 to 2026; the sentences are our own.
WORKSTREAMS = (
    (
        "Mobilising evidence and knowledge",
        "Helps organisations and their staff to bring evidence and know-how into everyday decisions.",
    ),
    ("Quality and impact", "Shows what library and knowledge services change, and helps them to get better at it."),
    (
        "Health literacy and patient information",
        "Helps staff to give patients and the public information that they can find, understand and use.",
    ),
    ("Resource discovery", "Makes journals, books and databases easy to find and to get into, wherever people work."),
    (
        "Workforce planning and development",
        "Looks after the skills, numbers and careers of those who work in libraries and knowledge services.",
    ),
)
