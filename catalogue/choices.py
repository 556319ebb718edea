"""Lists that every kind of item shares. Source: the project's domain research, section 6.2."""

from django.db import models


class KindName(models.TextChoices):
    """The four kinds of content, as stored; each content app registers its own part in `catalogue.kinds`."""

    EVIDENCE = "evidence", "Evidence"
    KNOWHOW = "knowhow", "Know-how"
    EVENT = "event", "Event"
    LEARNING = "learning", "Learning"


class FormGroup(models.TextChoices):
    """Groups of forms: the columns of the evidence map."""

    SYNTHESIS = "synthesis", "Guidance and synthesis"
    PRIMARY = "primary", "Primary research"
    GREY = "grey", "Reports, data and other grey literature"
    KNOWHOW = "knowhow", "Know-how"
    EVENT = "event", "Events"
    LEARNING = "learning", "Learning"


class Phrase(models.TextChoices):
    """What the item helps a person to do. Always shown in full, never as the letters."""

    APPLY = "apply", "Apply and use evidence"
    BUILD = "build", "Build know-how"
    CONTINUE = "continue", "Continue to learn"
    DRIVE = "drive", "Drive innovation"


class Setting(models.TextChoices):
    """Where care or work happens."""

    ACUTE = "acute", "Acute hospital"
    COMMUNITY = "community", "Community"
    GENERAL_PRACTICE = "general_practice", "General practice"
    MENTAL_HEALTH = "mental_health", "Mental health"
    AMBULANCE = "ambulance", "Ambulance"
    MATERNITY = "maternity", "Maternity"
    SOCIAL_CARE = "social_care", "Care home or social care"
    PUBLIC_HEALTH = "public_health", "Public health"
    WHOLE_SYSTEM = "whole_system", "Whole system"
    EDUCATION = "education", "Education"
    CORPORATE = "corporate", "Corporate or back office"
    LIBRARY = "library", "Library and knowledge service"


class Audience(models.TextChoices):
    """Whom the item is for."""

    DOCTORS = "doctors", "Doctors and dentists"
    NURSES = "nurses", "Nurses and midwives"
    ALLIED = "allied", "Allied health professionals"
    SCIENTISTS = "scientists", "Healthcare scientists"
    PHARMACY = "pharmacy", "Pharmacy"
    AMBULANCE = "ambulance", "Ambulance staff"
    SUPPORT_WORKERS = "support_workers", "Healthcare support workers"
    MANAGERS = "managers", "Managers and commissioners"
    SOCIAL_CARE = "social_care", "Social care"
    PUBLIC_HEALTH = "public_health", "Public health"
    LIBRARY = "library", "Library and knowledge staff"
    STUDENTS = "students", "Students and trainees"
    PATIENTS = "patients", "Patients and public"
    EVERYONE = "everyone", "Everyone"


class Status(models.TextChoices):
    """Where the item stands. Scheduled is not stored: it is published with a date in the future."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "With the library team"
    CHANGES_REQUESTED = "changes_requested", "Changes asked"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Superseded"


READABLE_BY_ADDRESS = (Status.PUBLISHED, Status.ARCHIVED, Status.SUPERSEDED, Status.WITHDRAWN)
LISTED_ON_REQUEST = (Status.PUBLISHED, Status.ARCHIVED, Status.SUPERSEDED)


class Visibility(models.TextChoices):
    """Who may read the item once it is published."""

    PUBLIC = "public", "Anyone"
    MEMBERS = "members", "Signed-in staff"
    ORGANISATION = "organisation", "My organisation"
    TEAM = "team", "Named people only"


class PublicationStatus(models.TextChoices):
    """Who stood behind the text when it came out. Blank for kinds that are not publications."""

    PEER_REVIEWED = "peer_reviewed", "Peer reviewed"
    PREPRINT = "preprint", "Preprint, not peer reviewed"
    GREY_PUBLISHED = "grey_published", "Published by an organisation"
    INTERNAL = "internal", "Not published outside the organisation"


class Licence(models.TextChoices):
    """Under what terms the text that the record holds may be shown."""

    UNKNOWN = "", "Not known"
    CC0 = "cc0", "CC0 or public domain"
    CC_BY = "cc_by", "CC BY"
    CC_BY_SA = "cc_by_sa", "CC BY-SA"
    CC_BY_NC = "cc_by_nc", "CC BY-NC"
    CC_BY_NC_ND = "cc_by_nc_nd", "CC BY-NC-ND"
    OGL = "ogl", "Open Government Licence"
    OWN = "own", "Written by this library or organisation"
    PERMISSION = "permission", "Shown with permission"
    RESERVED = "reserved", "All rights reserved"


# Terms under which an abstract may be repeated in full on a page of the portal.
LICENCES_THAT_SHOW_TEXT = frozenset(
    {
        Licence.CC0,
        Licence.CC_BY,
        Licence.CC_BY_SA,
        Licence.CC_BY_NC,
        Licence.CC_BY_NC_ND,
        Licence.OGL,
        Licence.OWN,
        Licence.PERMISSION,
    }
)


class RelationKind(models.TextChoices):
    """What one item does to another, read as "this item … that item"."""

    SUPPORTS = "supports", "supports"
    ADDS_TO = "adds_to", "adds detail to"
    CONFLICTS = "conflicts", "conflicts with"
    UPDATES = "updates", "updates"
    REPLACES = "replaces", "replaces"
    SUMMARISES = "summarises", "summarises"
    TEACHES = "teaches", "teaches"
    DISCUSSED_AT = "discussed_at", "was discussed at"
    DECISION = "decision", "was used in the decision"
    SESSION = "session", "came from the session"


# The same, read from the other end.
RELATION_FROM_OTHER_END = {
    RelationKind.SUPPORTS: "is supported by",
    RelationKind.ADDS_TO: "has more detail in",
    RelationKind.CONFLICTS: "conflicts with",
    RelationKind.UPDATES: "is updated by",
    RelationKind.REPLACES: "is replaced by",
    RelationKind.SUMMARISES: "is summarised by",
    RelationKind.TEACHES: "is taught by",
    RelationKind.DISCUSSED_AT: "discussed",
    RelationKind.DECISION: "used",
    RelationKind.SESSION: "led to",
}
