"""The rows of the vocabulary."""

from taxonomy.models.changes import TopicChange
from taxonomy.models.schemes import Concept, ConceptTerm, Scheme, TopicMapping
from taxonomy.models.topics import (
    Abbreviation,
    EntryTerm,
    Meaning,
    RelatedTopics,
    Topic,
    TopicClosure,
    TopicEdge,
)

__all__ = [
    "Abbreviation",
    "Concept",
    "ConceptTerm",
    "EntryTerm",
    "Meaning",
    "RelatedTopics",
    "Scheme",
    "Topic",
    "TopicChange",
    "TopicClosure",
    "TopicEdge",
    "TopicMapping",
]
