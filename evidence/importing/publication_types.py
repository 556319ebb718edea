"""What a database's own publication types say about a record, in the portal's terms.

Only what a type states is used. "Journal Article", "Review" or "Book" leave the evidence type open,
for the librarian who curates the draft to choose: a type guessed wrongly is worse than none, because
a reader filters by it.
"""

import re
from collections.abc import Iterable

# PubMed publication types (NLM, "Publication Characteristics") and the types that Embase, Scopus and
# Web of Science print, in lower case. The order decides where a record carries several.
_BY_NAME: dict[str, str] = {
    "practice guideline": "guideline",
    "guideline": "guideline",
    "clinical trial protocol": "protocol",
    "study protocol": "protocol",
    "scoping review": "scoping_review",
    "rapid review": "rapid_review",
    "umbrella review": "umbrella_review",
    "systematic review": "systematic_review",
    "meta-analysis": "systematic_review",
    "network meta-analysis": "systematic_review",
    "health technology assessment": "hta",
    "randomized controlled trial": "rct",
    "randomised controlled trial": "rct",
    "case reports": "case_report",
    "case report": "case_report",
    "consensus statement": "position",
    "consensus development conference": "position",
    "consensus development conference, nih": "position",
    "technical report": "report",
    "dataset": "dataset",
    "data set": "dataset",
    "academic dissertation": "thesis",
    "dissertation": "thesis",
    "thesis": "thesis",
    "meeting abstract": "conference",
    "conference abstract": "conference",
    "conference paper": "conference",
    "proceedings paper": "conference",
    "patient education handout": "patient_info",
    "editorial": "commentary",
    "comment": "commentary",
    "letter": "commentary",
    "preprint": "preprint",
}

# The codes of the RIS specification's TY line, 2011 edition.
_BY_RIS_CODE = {
    "THES": "thesis",
    "RPRT": "report",
    "CONF": "conference",
    "CPAPER": "conference",
    "ABST": "conference",
    "DATA": "dataset",
    "AGGR": "dataset",
    "ELEC": "webpage",
    "WEB": "webpage",
    "BLOG": "webpage",
}
_JOURNAL_CODES = {"JOUR", "EJOUR", "JFULL", "INPR", "J"}
_GREY_CODES = {
    "THES",
    "RPRT",
    "GOVDOC",
    "ELEC",
    "WEB",
    "BLOG",
    "DATA",
    "AGGR",
    "STAND",
    "PAMP",
    "NEWS",
    "MGZN",
    "DICT",
    "ENCYC",
}
_UNPUBLISHED_CODES = {"UNPB", "UNPD", "UNBILL", "PCOMM", "MANSCPT"}
_NOT_PEER_REVIEWED = {"commentary", "conference"}
# PubMed publication types of what journals print without sending it to reviewers.
_NOT_PEER_REVIEWED_NAMES = {
    "news",
    "newspaper article",
    "interview",
    "biography",
    "autobiography",
    "portrait",
    "personal narrative",
    "introductory journal article",
    "address",
    "lecture",
    "bibliography",
    "directory",
    "published erratum",
    "erratum",
    "retraction of publication",
    "retraction notice",
    "expression of concern",
}

# Registrant prefixes and names of the larger preprint servers. 10.1101 is shared with journals of
# Cold Spring Harbor Laboratory Press; there the preprints are the ones with a date in the suffix.
_PREPRINT_DOI = re.compile(
    r"^10\.(?:1101/(?:19|20)\d{2}\.\d{2}\.\d{2}\.|1101/\d{6}(?:$|v)|21203/rs\.|20944/preprints|2139/ssrn\.|"
    r"31234/osf\.io|31235/osf\.io|31219/osf\.io|48550/arxiv\.)"
)
_PREPRINT_SERVER = re.compile(
    r"^(?:bio|med|psy|soc)?(?:r?arxiv|rxiv)\b|^research square\b|^ssrn\b|^preprints(?:\.org)?$|^authorea\b",
    re.IGNORECASE,
)


def evidence_type(names: Iterable[str], *, ris_code: str = "") -> str:
    """Return the `evidence_type` that the publication types `names` or the RIS code state, or ""."""
    given = {re.sub(r"\s+", " ", name).strip().lower() for name in names}
    stated = next((value for name, value in _BY_NAME.items() if name in given), "")
    return stated or _BY_RIS_CODE.get(ris_code, "")


def publication_status(
    *, kind: str, doi: str, source: str, names: Iterable[str], ris_code: str, publisher: str = ""
) -> str:
    """Return the `publication_status` that a record's type states, or "" where it is open.

    `kind` is the evidence type already found. An article of a journal counts as peer reviewed
    unless its type is one that journals print unreviewed (an editorial, a letter, news, an erratum, a
    meeting abstract): the databases of the field index journals that review.
    """
    given = {name.strip().lower() for name in names}
    is_preprint = kind == "preprint" or "preprint" in given
    if is_preprint or _PREPRINT_DOI.match(doi) or _PREPRINT_SERVER.match(source or publisher):
        return "preprint"
    if ris_code in _UNPUBLISHED_CODES:
        return "internal"
    if ris_code in _GREY_CODES:
        return "grey_published"
    is_unreviewed = kind in _NOT_PEER_REVIEWED or bool(given & _NOT_PEER_REVIEWED_NAMES)
    if ris_code in _JOURNAL_CODES and source and not is_unreviewed:
        return "peer_reviewed"
    return ""


def is_retracted(names: Iterable[str], title: str) -> bool:
    """Tell whether the record is of a retracted work (not of the notice that retracts another)."""
    stated = any(re.sub(r"\s+", " ", name).strip().lower() == "retracted publication" for name in names)
    return stated or bool(re.match(r"\W*retracted(?: article)?\s*[:\]]", title, re.IGNORECASE))
