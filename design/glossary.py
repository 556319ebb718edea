"""The words of the portal: one file from which labels, help and the glossary take what they say.

Readers come from many trades, and the same word means different things in them: a trust is an organisation, an
appraisal a yearly talk about one's work, A B C D are airway, breathing, circulation and disability. So each thing has
one name here, and `AVOID` lists the words that no page may use for it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word or phrase as readers see it, and what it means in a sentence or two."""

    name: str
    meaning: str


GLOSSARY: dict[str, Term] = {
    "abstract": Term(
        "Abstract", "The authors’ own summary of their paper. Shown here only where its licence allows it."
    ),
    "appraisal": Term(
        "Critically appraised",
        "Somebody named has judged how well the source was done, with a recognised tool. It has nothing to do with the "
        "yearly review of a member of staff.",
    ),
    "archived": Term(
        "Archived", "Kept for the record, no longer checked, and left out of lists unless you ask for it."
    ),
    "audience": Term("Audience", "The people for whom something was written."),
    "bottom_line": Term("Bottom line", "What the source comes to, in a sentence or two, as the library team puts it."),
    "confidence": Term(
        "Certainty",
        "How sure one can be that a finding will hold. Said only where a tool has rated everything that is known about it.",
    ),
    "evidence": Term(
        "Evidence", "What has been found out and written down: research, guidelines, reviews, audits, reports and data."
    ),
    "free_to_read": Term("Free to read", "The full text is open to everyone, with no sign-in and no charge."),
    "grey": Term(
        "Grey literature",
        "Reports, policies, audits and evaluations that organisations publish themselves, outside journals.",
    ),
    "how_well_tested": Term(
        "How well tested", "Whether know-how comes from one place, has been confirmed elsewhere, or has been evaluated."
    ),
    "know_how": Term(
        "Know-how", "What colleagues have learned by doing: what they tried, what happened, what to watch."
    ),
    "library_team": Term(
        "Library and knowledge team", "The specialists who search, choose, check and look after what is on the portal."
    ),
    "peer_reviewed": Term(
        "Peer reviewed", "Other specialists read it and asked for changes before a journal published it."
    ),
    "phrases": Term(
        "The four phrases",
        "What something helps you to do: apply and use evidence, build know-how, continue to learn, or drive innovation.",
    ),
    "preprint": Term(
        "Preprint", "A paper that its authors have made public before other specialists have reviewed it."
    ),
    "primary": Term("Primary research", "A study that gathered its own data, such as a trial, a survey or interviews."),
    "quality": Term(
        "Quality",
        "How well the source was done, judged by critical appraisal. A reading aid, not a clinical judgement.",
    ),
    "quality_not_checked": Term(
        "Quality not checked yet", "Nobody has critically appraised it so far. That says nothing about how good it is."
    ),
    "publication_status": Term(
        "Publication status",
        "Who stood behind the text when it came out: reviewers, an organisation, or the authors alone.",
    ),
    "retracted": Term("Retracted", "Its publisher no longer stands by it. Do not base a decision on it."),
    "review_date": Term(
        "Review date",
        "The day by which the library team looks at a record again. After it, the record may be out of date.",
    ),
    "setting": Term("Setting", "Where the care or the work takes place."),
    "signed_in_staff": Term(
        "Signed-in staff",
        "People whose work address, or a librarian, confirms that they work for one of our organisations.",
    ),
    "superseded": Term("Superseded", "A newer version takes its place. The page leads to it."),
    "synthesis": Term(
        "Guidance and synthesis", "Sources that bring many others together: guidelines, reviews and evidence summaries."
    ),
    "topic": Term("Topic", "A subject from the portal’s one list. Each has a page that brings together what is known."),
    "type": Term("Type", "What sort of source it is, such as a guideline, a systematic review or an audit."),
    "update": Term("E-mail update", "A message with what is new on the topics that you follow."),
    "withdrawn": Term(
        "Withdrawn", "Taken back by the library team. Its page gives the title, the reason and the date."
    ),
}

# What no page for readers says, and what it says instead.
AVOID: dict[str, str] = {
    "ABCD": "the four phrases in full",
    "curator": "library and knowledge team",
    "digest": "e-mail update",
    "trust level": "how well tested",
    "trust step": "how well tested",
}


def meaning(key: str) -> str:
    """Return what a word means; raises KeyError for a key that the glossary lacks."""
    return GLOSSARY[key].meaning


def terms_in_order() -> list[Term]:
    """Return every term by name."""
    return sorted(GLOSSARY.values(), key=lambda term: term.name.lower())
