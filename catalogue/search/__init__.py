"""Search: one function to find, one to keep the index in step. Nothing outside this package knows how it works."""

from catalogue.search.indexing import index, index_many

__all__ = ["index", "index_many"]
