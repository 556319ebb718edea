"""The five named gaps of a topic: what is not here yet, by rules that the page states in words.

Source of the rules: the project's domain research, section 5.1; after the absolute gap and the synthesis gap of
published evidence and gap maps. Quality that nobody has checked is unknown, not weak, and never makes a gap.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from catalogue.choices import FormGroup
from catalogue.map.counting import Tally

PUBLISHED = (FormGroup.SYNTHESIS, FormGroup.PRIMARY, FormGroup.GREY)
TRUSTED = ("high", "moderate")
UNCHECKED = ("not_appraised", "")


@dataclass(frozen=True)
class RowFacts:
    """What the rules read of a topic and everything below it, as numbers of items.

    trusted: of high or moderate quality. unchecked: evidence that waits for appraisal. recent_synthesis: guidance and
    reviews that are in date and of the last years. overdue: of evidence and know-how.
    """

    evidence: int
    primary: int
    knowhow: int
    trusted: int
    unchecked: int
    recent_synthesis: int
    overdue: int


@dataclass(frozen=True)
class Gap:
    """One sort of gap. rule: when it holds, in words. reason, words: what its action carries to the library team."""

    name: str
    label: str
    rule: str
    action: str
    reason: str
    words: str
    holds: Callable[[RowFacts], bool]

    def action_url(self, topic_name: str) -> str:
        """Return the address of the form that asks the library team about this gap of a topic."""
        query = {"reason": self.reason, "q": self.words.format(topic=topic_name)}
        return f"{reverse('enquiries:contact')}?{urlencode(query)}"


def row_facts(groups: Mapping[str, Tally]) -> RowFacts:
    """Return the facts of one topic from what its groups of types hold."""
    published = [groups[group] for group in PUBLISHED if group in groups]

    def number(group: str) -> int:
        return groups[group].number if group in groups else 0

    counted = [*published, *([groups[FormGroup.KNOWHOW]] if FormGroup.KNOWHOW in groups else [])]
    return RowFacts(
        evidence=sum(tally.number for tally in published),
        primary=number(FormGroup.PRIMARY),
        knowhow=number(FormGroup.KNOWHOW),
        trusted=sum(tally.standings[band] for tally in published for band in TRUSTED),
        unchecked=sum(tally.standings[band] for tally in published for band in UNCHECKED),
        recent_synthesis=groups[FormGroup.SYNTHESIS].recent if FormGroup.SYNTHESIS in groups else 0,
        overdue=sum(tally.overdue for tally in counted),
    )


def all_gaps() -> list[Gap]:
    """Return the five gaps with the thresholds of the settings in their words."""
    limits = settings.EVIDENCE_MAP
    experience, primary, years = limits["experience_from"], limits["primary_from"], limits["synthesis_years"]
    stale, percent = limits["stale_from"], limits["stale_percent"]
    return [
        Gap(
            "blank",
            "Nothing here yet",
            "The portal holds neither evidence nor know-how on the topic. That does not mean that none exists.",
            "Ask for an evidence search",
            "evidence_search",
            "{topic}",
            lambda facts: facts.evidence == facts.knowhow == 0,
        ),
        Gap(
            "evidence-without-experience",
            "Evidence without experience",
            "There is evidence of high or moderate quality, and no colleague has shared what happened when they used it.",
            "Tell us who could share know-how",
            "share_knowhow",
            "Know-how on {topic}",
            lambda facts: facts.trusted >= 1 and facts.knowhow == 0,
        ),
        Gap(
            "experience-ahead",
            "Experience ahead of evidence",
            f"Colleagues have shared know-how {experience} times or more, all evidence here has been appraised, and none "
            "of it is of high or moderate quality.",
            "Ask for an evidence search",
            "evidence_search",
            "{topic}",
            lambda facts: facts.knowhow >= experience and facts.trusted == 0 and facts.unchecked == 0,
        ),
        Gap(
            "needs-synthesis",
            "Needs a synthesis",
            f"There are {primary} or more pieces of primary research, and no guideline, review or summary that is in date "
            f"and was published in the last {years} years.",
            "Ask for an evidence summary",
            "evidence_search",
            "Summary of the evidence on {topic}",
            lambda facts: facts.primary >= primary and facts.recent_synthesis == 0,
        ),
        Gap(
            "going-stale",
            "Going stale",
            f"There are {stale} or more items of evidence and know-how, and {percent} per cent of them or more are past "
            "the day of their review.",
            "Ask for a review",
            "correct",
            "Review what is filed under {topic}",
            lambda facts: (
                facts.evidence + facts.knowhow >= stale
                and 100 * facts.overdue >= percent * (facts.evidence + facts.knowhow)
            ),
        ),
    ]
