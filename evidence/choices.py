"""Lists of the evidence record. Source: the project's domain research, sections 2.2 and 6.2."""

from django.db import models

from catalogue.choices import FormGroup
from catalogue.kinds import Form

EVIDENCE_TYPES: dict[str, Form] = {
    "guideline": Form("Clinical guideline", FormGroup.SYNTHESIS),
    "local_guideline": Form("Local guideline or policy", FormGroup.SYNTHESIS),
    "systematic_review": Form("Systematic review", FormGroup.SYNTHESIS),
    "umbrella_review": Form("Overview of reviews", FormGroup.SYNTHESIS),
    "rapid_review": Form("Rapid review", FormGroup.SYNTHESIS),
    "scoping_review": Form("Scoping review", FormGroup.SYNTHESIS),
    "qual_synthesis": Form("Qualitative evidence synthesis", FormGroup.SYNTHESIS),
    "hta": Form("Health technology assessment", FormGroup.SYNTHESIS),
    "evidence_summary": Form("Evidence summary", FormGroup.SYNTHESIS),
    "evidence_map": Form("Evidence and gap map", FormGroup.SYNTHESIS),
    "policy_brief": Form("Evidence brief", FormGroup.SYNTHESIS),
    "rct": Form("Randomised controlled trial", FormGroup.PRIMARY),
    "quasi": Form("Quasi-experimental or non-randomised comparison", FormGroup.PRIMARY),
    "cohort": Form("Cohort study", FormGroup.PRIMARY),
    "case_control": Form("Case-control study", FormGroup.PRIMARY),
    "cross_sectional": Form("Cross-sectional study or survey", FormGroup.PRIMARY),
    "diagnostic": Form("Diagnostic accuracy study", FormGroup.PRIMARY),
    "economic": Form("Economic evaluation", FormGroup.PRIMARY),
    "modelling": Form("Modelling study", FormGroup.PRIMARY),
    "qualitative": Form("Qualitative study", FormGroup.PRIMARY),
    "mixed": Form("Mixed-methods study", FormGroup.PRIMARY),
    "case_series": Form("Case series", FormGroup.PRIMARY),
    "case_report": Form("Case report", FormGroup.PRIMARY),
    "protocol": Form("Registered protocol or trial in progress", FormGroup.PRIMARY),
    "report": Form("Report", FormGroup.GREY),
    "policy": Form("Policy or strategy document", FormGroup.GREY),
    "service_evaluation": Form("Service evaluation", FormGroup.GREY),
    "audit": Form("Clinical audit", FormGroup.GREY),
    "qi_report": Form("Quality improvement report", FormGroup.GREY),
    "dataset": Form("Data or statistics", FormGroup.GREY),
    "thesis": Form("Thesis or dissertation", FormGroup.GREY),
    "conference": Form("Conference abstract or poster", FormGroup.GREY),
    "preprint": Form("Preprint", FormGroup.GREY),
    "position": Form("Position or consensus statement", FormGroup.GREY),
    "safety_alert": Form("Safety alert or regulatory notice", FormGroup.GREY),
    "patient_info": Form("Patient information", FormGroup.GREY),
    "commentary": Form("Commentary, editorial or expert opinion", FormGroup.GREY),
    "webpage": Form("Web page or toolkit", FormGroup.GREY),
}

# Months from one review to the next (domain research, section 2.3); "" holds for every type not named.
REVIEW_MONTHS: dict[str, int | None] = {
    "": 60,
    "safety_alert": 6,
    "guideline": 24,
    "local_guideline": 24,
    "evidence_summary": 24,
    "systematic_review": 36,
    "umbrella_review": 36,
    "rapid_review": 36,
    "scoping_review": 36,
    "qual_synthesis": 36,
    "hta": 36,
    "evidence_map": 36,
    "policy_brief": 36,
    "report": 36,
    "policy": 36,
    "service_evaluation": 36,
    "audit": 36,
    "qi_report": 36,
}


class Band(models.TextChoices):
    """The confidence band: a reading aid for filter and map, derived from appraisals. Never a clinical claim."""

    HIGH = "high", "High"
    MODERATE = "moderate", "Moderate"
    LOW = "low", "Low"
    VERY_LOW = "very_low", "Very low"
    NOT_APPRAISED = "not_appraised", "Quality not checked yet"
    NOT_APPLICABLE = "not_applicable", "Not applicable"


# What a band means for the finding. Said only where the tool rates a body of evidence (GRADE, GRADE-CERQual).
BAND_MEANINGS: dict[str, str] = {
    Band.HIGH: "We are confident this finding will hold.",
    Band.MODERATE: "This finding is likely to hold, but could change.",
    Band.LOW: "This finding may well change.",
    Band.VERY_LOW: "This finding is very uncertain.",
    Band.NOT_APPRAISED: "Nobody has checked the quality yet. This is not a judgement.",
    Band.NOT_APPLICABLE: "This kind of document is not rated for quality.",
}


class QuestionType(models.TextChoices):
    """What kind of question the source answers."""

    TREATMENT = "treatment", "Treatment or intervention"
    DIAGNOSIS = "diagnosis", "Diagnosis"
    PROGNOSIS = "prognosis", "Prognosis"
    HARM = "harm", "Harm"
    CAUSE = "cause", "Cause"
    FREQUENCY = "frequency", "How common"
    SCREENING = "screening", "Screening"
    EXPERIENCE = "experience", "Experience and views"
    COST = "cost", "Cost"
    IMPLEMENTATION = "implementation", "How to deliver or implement"
    POLICY = "policy", "Policy"


class Population(models.TextChoices):
    """Whom the source studied or speaks of."""

    ADULTS = "adults", "Adults"
    OLDER = "older", "Older people"
    CHILDREN = "children", "Children and young people"
    PREGNANT = "pregnant", "Pregnant women and people"
    LEARNING_DISABILITY = "learning_disability", "People with a learning disability"
    CARERS = "carers", "Carers"
    STAFF = "staff", "Staff"
    EVERYONE = "everyone", "Whole population"


class CountryScope(models.TextChoices):
    """Where the source comes from or speaks of."""

    NOT_STATED = "", "Not stated"
    ENGLAND = "england", "England"
    UK = "uk", "UK"
    EUROPE = "europe", "Europe"
    NORTH_AMERICA = "north_america", "North America"
    INTERNATIONAL = "international", "International"
    LMIC = "lmic", "Low- and middle-income countries"


class Access(models.TextChoices):
    """How a reader gets to the full text."""

    FREE = "free", "Free to read"
    SIGN_IN = "sign_in", "Sign-in needed"
    LIBRARY = "library", "Ask the library for a copy"


class Tool(models.TextChoices):
    """Appraisal tools, as the field names them."""

    GRADE = "grade", "GRADE"
    CERQUAL = "cerqual", "GRADE-CERQual"
    OCEBM = "ocebm", "OCEBM 2011"
    AMSTAR_2 = "amstar_2", "AMSTAR 2"
    ROB_2 = "rob_2", "RoB 2"
    ROBINS_I = "robins_i", "ROBINS-I"
    QUADAS_2 = "quadas_2", "QUADAS-2"
    NEWCASTLE_OTTAWA = "newcastle_ottawa", "Newcastle-Ottawa"
    CASP = "casp", "CASP"
    JBI = "jbi", "JBI"
    MMAT = "mmat", "MMAT"
    AGREE_II = "agree_ii", "AGREE II"
    AACODS = "aacods", "AACODS"
    CHEERS = "cheers", "CHEERS"
    HEALTH_EVIDENCE = "health_evidence", "Health Evidence"
    PUBLISHER = "publisher", "Publisher's own rating"
    JUDGEMENT = "judgement", "Librarian's judgement"
