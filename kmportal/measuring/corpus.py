"""Invented evidence records in any number, with words as unevenly common as in real abstracts. Nothing in them is true.

A third of the words of a sentence come from its frame, some from the portal's own topics, and some are made-up words
drawn by Zipf's law, so that a query can ask for what half of the records hold or for what one of them does.
"""

import datetime
import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

from django.utils import timezone

from accounts.models import Organisation
from catalogue.choices import Audience, KindName, Phrase, PublicationStatus, Setting, Status, Visibility
from evidence.choices import EVIDENCE_TYPES, Band
from evidence.models import Evidence
from taxonomy.models import Topic

SEED = 20260105
RARE_WORDS = 30_000

FRAMES = (
    "We compared {topic} with usual care for people with {other} in {place}.",
    "The aim was to find out whether {rare} helps adults who live with {topic}.",
    "Records of {number} patients were reviewed after a change in {topic} on {place}.",
    "Staff described how {other} shaped decisions about {topic} and where {rare} got in the way.",
    "Most studies were small and {quality}, and few reported harms of {rare} or costs.",
    "Outcomes were measured at {number} weeks by assessors who did not know the group.",
    "There was {size} difference in {measure} between the groups, with wide confidence intervals.",
    "A package of education, reminders and feedback on {topic} was followed by fewer admissions.",
    "Interviews with nurses, doctors and managers pointed to time, trust and {rare}.",
    "The review searched {number} databases for trials of {rare} in {topic} and {other}.",
    "Adults over eighty with several conditions or {other} were under-represented in trials of {topic}.",
    "Implementation depended on leadership, training and the {rare} of local teams.",
    "Cost per case fell where {topic} was offered early, but the estimate is {quality}.",
    "Children and young people with {other} had {size} change in {measure}.",
    "Guidance should state who is responsible for {topic} at discharge from {place}.",
    "Further research should test {rare} against {rare} in primary care.",
    "Adherence to the {rare} protocol improved from {number} to {number} per cent.",
    "Patients valued clear information about {topic} and a named contact for {other}.",
    "The risk of {other} rose with age, deprivation and {rare} exposure.",
    "Randomised allocation was adequate in half of the trials of {topic}.",
    "Two reviewers screened abstracts and extracted data on {rare} independently.",
    "Telephone follow-up at {number} days found no relapse after {rare} in most cases.",
    "Clinicians saw {topic} as somebody else's job unless a protocol named them.",
    "Dose was halved when {rare} was given together with an anticoagulant.",
    "The service moved to weekend opening and saw {number} referrals for {topic} a month.",
    "A Delphi panel agreed on {number} indicators for {topic}.",
    "Simulation sessions let trainees rehearse {rare} before meeting a case of {other}.",
    "Sensitivity of the {rare} test was high, specificity {quality}.",
    "Carers asked for respite, plain language and one number to ring about {other}.",
    "Electronic prompts raised uptake of {rare} without lengthening consultations.",
    "Heterogeneity was explained in part by baseline severity of {other}.",
    "The audit standard for {topic} was met on {number} of the sampled days.",
    "Community pharmacists delivered {rare} counselling in under ten minutes.",
    "No serious adverse event was attributed to {rare}; nausea was the commonest complaint.",
    "Commissioners weighed {measure} against the price of {topic}.",
    "Hospital porters and cleaners noticed early signs of {other} before anyone else.",
    "Funnel plots suggested that small negative studies of {rare} were missing.",
    "Ethnic minority participants were too few to say anything about {topic}.",
    "A stepped wedge roll-out reached {number} sites in two regions.",
    "Digital self-monitoring of {rare} was popular with younger adults only.",
    "Sustained benefit at one year was seen for {measure} but not for {rare}.",
    "Checklists for {topic} were filled in after the fact, observers reported.",
    "Physiotherapists led {rare} classes twice weekly in {place}.",
    "The economic model assumed a lifetime horizon and discounted {measure}.",
    "Oxygen saturation and {rare} were recorded hourly overnight.",
    "Peer support groups for {other} met online during the pandemic.",
    "Legal duties around consent limited what could be asked about {topic}.",
    "Genetic variants of {rare} were sequenced in a subset.",
)
TITLES = (
    "{Topic} in {place}: a {design}",
    "{Rare} for {topic}: {design}",
    "Does {rare} improve {measure} in {topic}?",
    "{Topic} and {other}: what works in {place}",
    "Experiences of {topic} among staff in {place}",
    "Preventing harm from {other} through {topic}: {design}",
)
PLACES = (
    "acute wards", "general practice", "community teams", "care homes", "emergency departments", "maternity units",
    "mental health services", "intensive care", "outpatient clinics", "ambulance services", "hospices", "pharmacies",
)  # fmt: skip
DESIGNS = (
    "systematic review", "randomised controlled trial", "cohort study", "qualitative study", "service evaluation",
    "rapid review", "cross-sectional survey", "before and after study", "economic evaluation", "scoping review",
)  # fmt: skip
MEASURES = (
    "length of stay", "mortality", "quality of life", "readmission", "pain scores", "falls", "waiting times",
    "staff confidence", "infection rates", "medication errors", "patient satisfaction", "pressure ulcers",
)  # fmt: skip
QUALITIES = ("at high risk of bias", "of low certainty", "of moderate certainty", "imprecise", "indirect", "robust")
SIZES = ("no clear", "a small", "a moderate", "a large", "an uncertain")
ONSETS = (
    "b",
    "br",
    "c",
    "cl",
    "d",
    "dr",
    "f",
    "g",
    "gl",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "z",
)
VOWELS = ("a", "e", "i", "o", "u", "io", "ea")
ENDINGS = (
    "mab",
    "nib",
    "statin",
    "pril",
    "zole",
    "metry",
    "scopy",
    "plasty",
    "itis",
    "osis",
    "gram",
    "tide",
    "line",
    "xin",
)


class Writer:
    """Writes records, always the same ones for the same topics."""

    def __init__(self, topics: Sequence[str]) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - invented text, not a secret
        self.topics = list(topics)
        self.rare = self._made_up_words()
        self.rare_odds = list(accumulate(1 / (place + 10) for place in range(len(self.rare))))
        self.topic_odds = list(accumulate(1 / (place + 5) for place in range(len(self.topics))))

    def _made_up_words(self) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < RARE_WORDS:
            syllables = (
                self.random.choice(ONSETS) + self.random.choice(VOWELS) for _ in range(self.random.randint(1, 3))
            )
            words["".join(syllables) + self.random.choice(ENDINGS)] = None
        return list(words)

    def rare_word(self) -> str:
        """Return a made-up word, the first ones far more often."""
        return self.random.choices(self.rare, cum_weights=self.rare_odds)[0]

    def topic(self) -> str:
        """Return the name of a topic, the first ones more often."""
        return self.random.choices(self.topics, cum_weights=self.topic_odds)[0]

    def fill(self, frame: str, about: Sequence[str]) -> str:
        """Return the frame with words in its gaps. about: the topics that the text speaks of."""
        topic, rare = self.random.choice(about), self.rare_word()
        return frame.format(
            topic=topic.lower(),
            Topic=topic,
            other=self.random.choice(about).lower(),
            rare=rare,
            Rare=rare.capitalize(),
            place=self.random.choice(PLACES),
            design=self.random.choice(DESIGNS),
            measure=self.random.choice(MEASURES),
            quality=self.random.choice(QUALITIES),
            size=self.random.choice(SIZES),
            number=self.random.randint(3, 900),
        )

    def text(self, sentences: int, about: Sequence[str]) -> str:
        """Return so many sentences."""
        return " ".join(self.fill(frame, about) for frame in self.random.choices(FRAMES, k=sentences))


def records(count: int, *, topics: Sequence[Topic], organisations: Sequence[Organisation]) -> Iterator[Evidence]:
    """Yield so many unsaved records: most public, some for staff, drafts or archived, as a catalogue has them."""
    writer = Writer([topic.name for topic in topics])
    choose = writer.random
    forms = list(EVIDENCE_TYPES)
    now = timezone.now()
    for _number in range(count):
        about = [writer.topic(), writer.topic(), choose.choice(writer.topics)]
        yield Evidence(
            kind=KindName.EVIDENCE,
            title=writer.fill(choose.choice(TITLES), about),
            summary=writer.text(2, about),
            abstract=writer.text(choose.randint(6, 14), about),
            form=choose.choice(forms),
            standing=choose.choice(Band.values),
            publication_status=choose.choice(PublicationStatus.values),
            phrases=choose.sample(Phrase.values, choose.choice((1, 1, 2))),
            setting=choose.sample(Setting.values, choose.choice((0, 1, 1, 2))),
            audience=choose.sample(Audience.values, choose.choice((0, 1, 2, 3))),
            status=choose.choices((Status.PUBLISHED, Status.ARCHIVED), (97, 3))[0],
            visibility=choose.choices((Visibility.PUBLIC, Visibility.MEMBERS), (95, 5))[0],
            organisation=choose.choice([None, None, None, *organisations]),
            year=choose.randint(1995, 2026),
            published_at=now - datetime.timedelta(minutes=choose.randint(1, 3_000_000)),
            reviewed_at=now.date(),
            review_due=now.date() + datetime.timedelta(days=choose.randint(-100, 1000)),
        )


def queries(*, topics: Sequence[Topic]) -> list[dict[str, list[str]]]:
    """Return the fixed mix: 120 addresses of searches, common and rare words, questions and filters, as a reader asks."""
    writer = Writer([topic.name for topic in topics])
    choose = random.Random(SEED + 1)  # noqa: S311 - the same mix every time
    words: list[str] = []
    for place in range(20):
        words += [
            writer.topic().lower(),
            f"{writer.topic()} {choose.choice(PLACES)}".lower(),
            f"{writer.rare[place * 3]} {choose.choice(MEASURES)}",
            f"{choose.choice(writer.rare[500:5000])} {choose.choice(writer.rare[:50])}",
            f"does {writer.rare[place]} reduce {choose.choice(MEASURES)} in older people with {writer.topic().lower()}?",
            f'"{choose.choice(DESIGNS)}" {writer.topic().lower()} -{choose.choice(("children", "costs", "interviews"))}',
        ]
    filters: list[dict[str, list[str]]] = [
        {},
        {},
        {},
        {"form": ["systematic_review", "rct"]},
        {"standing": ["high", "moderate"], "year_from": ["2015"]},
        {"topic": [choose.choice(topics).slug], "setting": ["acute", "community"]},
        {"publication_status": ["peer_reviewed"], "audience": ["nurses"], "sort": ["newest"]},
        {"page": ["3"]},
    ]
    mix = [{"q": [text], **filters[place % len(filters)]} for place, text in enumerate(words)]
    mix += [{}, {"phrase": ["apply"]}, {"sort": ["quality"]}, {"page": ["7"]}]
    return mix
