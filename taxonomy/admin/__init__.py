"""The vocabulary in the librarians' admin: topics, their merges and splits, abbreviations, vocabularies of others."""

from taxonomy.admin.abbreviations import AbbreviationAdmin
from taxonomy.admin.changes import TopicChangeAdmin
from taxonomy.admin.concepts import ConceptAdmin
from taxonomy.admin.topics import TopicAdmin

__all__ = ["AbbreviationAdmin", "ConceptAdmin", "TopicAdmin", "TopicChangeAdmin"]
