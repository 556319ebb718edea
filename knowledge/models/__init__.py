"""The rows of know-how."""

from knowledge.models.attachment import Attachment
from knowledge.models.champion import ChampionProfile, Community, Invitation, Message
from knowledge.models.contribution import KnowHow
from knowledge.models.experience import Answer, Experience, Report, Step
from knowledge.models.technique import TechniqueTemplate

__all__ = [
    "Answer",
    "Attachment",
    "ChampionProfile",
    "Community",
    "Experience",
    "Invitation",
    "KnowHow",
    "Message",
    "Report",
    "Step",
    "TechniqueTemplate",
]
