"""From an appraisal tool's own result to words and to the confidence band.

The crosswalk is the one of the project's domain research, section 2.2: a proposal that a librarian may override with
a reason. A tool without a row needs a band chosen by the appraiser and a note that says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evidence.choices import BAND_MEANINGS, Band, Tool


@dataclass(frozen=True)
class ToolRule:
    """How one tool speaks.

    results: the tool's own results, value → words that stand before the tool's name, as in "Moderate certainty
    (GRADE)"; empty where the result is free text. bands: result → band; empty where the appraiser must choose.
    gives_band: False for reporting checklists, which say how well a study was described and not how good it is.
    rates_body: True where the tool rates a body of evidence, so that one may speak of confidence in the finding.
    """

    results: Mapping[str, str]
    bands: Mapping[str, str]
    gives_band: bool = True
    rates_body: bool = False


_CERTAINTY = {
    "high": "High certainty",
    "moderate": "Moderate certainty",
    "low": "Low certainty",
    "very_low": "Very low certainty",
}
_CONFIDENCE = {
    "high": "High confidence",
    "moderate": "Moderate confidence",
    "low": "Low confidence",
    "very_low": "Very low confidence",
}
_SAME_WORD = {"high": Band.HIGH, "moderate": Band.MODERATE, "low": Band.LOW, "very_low": Band.VERY_LOW}

RULES: dict[str, ToolRule] = {
    Tool.GRADE: ToolRule(_CERTAINTY, _SAME_WORD, rates_body=True),
    Tool.CERQUAL: ToolRule(_CONFIDENCE, _SAME_WORD, rates_body=True),
    Tool.AMSTAR_2: ToolRule(
        {
            "high": "High confidence in the review",
            "moderate": "Moderate confidence in the review",
            "low": "Low confidence in the review",
            "critically_low": "Critically low confidence in the review",
        },
        {"high": Band.HIGH, "moderate": Band.MODERATE, "low": Band.LOW, "critically_low": Band.VERY_LOW},
    ),
    # A lone trial is capped at moderate, however well it was done.
    Tool.ROB_2: ToolRule(
        {"low": "Low risk of bias", "some_concerns": "Some concerns about bias", "high": "High risk of bias"},
        {"low": Band.MODERATE, "some_concerns": Band.LOW, "high": Band.VERY_LOW},
    ),
    Tool.OCEBM: ToolRule(
        {str(level): f"Level {level}" for level in range(1, 6)},
        {"1": Band.HIGH, "2": Band.MODERATE, "3": Band.LOW, "4": Band.VERY_LOW, "5": Band.VERY_LOW},
    ),
    # Grey literature is capped at moderate unless it carries a GRADE rating of its own.
    Tool.AACODS: ToolRule(
        {
            "6_yes": "Meets all six checks",
            "5_yes": "Meets five of six checks, none of authority, accuracy or date missed",
            "other": "Misses checks that matter",
        },
        {"6_yes": Band.MODERATE, "5_yes": Band.LOW, "other": Band.VERY_LOW},
    ),
    Tool.ROBINS_I: ToolRule(
        {
            "low": "Low risk of bias",
            "moderate": "Moderate risk of bias",
            "serious": "Serious risk of bias",
            "critical": "Critical risk of bias",
        },
        {},
    ),
    Tool.HEALTH_EVIDENCE: ToolRule(
        {"strong": "Strong review", "moderate": "Moderate review", "weak": "Weak review"}, {}
    ),
    Tool.QUADAS_2: ToolRule({}, {}),
    Tool.NEWCASTLE_OTTAWA: ToolRule({}, {}),
    Tool.CASP: ToolRule({}, {}),
    Tool.JBI: ToolRule({}, {}),
    Tool.MMAT: ToolRule({}, {}),
    Tool.AGREE_II: ToolRule({}, {}),
    Tool.CHEERS: ToolRule({}, {}, gives_band=False),
    Tool.PUBLISHER: ToolRule({}, {}),
    Tool.JUDGEMENT: ToolRule({}, {}),
}

SET_BY_HAND = "A librarian set this band by hand and says why. It does not say that the finding will hold."
READING_AID = "A reading aid for finding and comparing, not a clinical judgement."


class NeedsJudgement(Exception):
    """The tool's result does not give a band by rule; the message says what the appraiser must add."""


def derive_band(*, tool: str, result: str, chosen: str = "", note: str = "") -> str:
    """Return the band that this result gives, or "" for a tool that gives none.

    `chosen` and `note` are the appraiser's own; they decide where the crosswalk has no row. Raises NeedsJudgement
    where they are needed and missing, and for a result that the tool does not have.
    """
    rule = RULES[tool]
    name = Tool(tool).label
    if rule.results and result not in rule.results:
        raise NeedsJudgement(f"{name} has no result {result!r}. Choose one of: {', '.join(rule.results.values())}.")
    if not rule.gives_band:
        return ""
    by_rule = rule.bands.get(result)
    if by_rule is not None:
        return str(by_rule)
    if not chosen or chosen == Band.NOT_APPRAISED:
        raise NeedsJudgement(f"{name} gives no band by rule. Choose the band you judge to fit.")
    if not note.strip():
        raise NeedsJudgement(f"{name} gives no band by rule. Say in the note why you chose this band.")
    return chosen


def result_in_words(*, tool: str, result: str, band: str = "") -> str:
    """Return the tool's own result as readers see it, as in "Moderate certainty (GRADE)".

    Free-text results stand as typed; where there is none, the band's word stands for it.
    """
    rule = RULES[tool]
    words = rule.results.get(result, result.strip())
    if not words:
        words = f"{Band(band).label} quality" if band in _SAME_WORD else "Appraised critically"
    return f"{words} ({Tool(tool).label})"


def meaning(*, band: str, tool: str = "") -> str:
    """Return what the band means for a reader; confidence in the finding is spoken of only where the tool allows it."""
    if band in _SAME_WORD and not (tool and RULES[tool].rates_body):
        return (
            "This is how well a single source was done, by the tool named; it does not say that the finding will hold."
        )
    return BAND_MEANINGS.get(band, "")
