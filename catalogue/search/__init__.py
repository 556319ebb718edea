"""Search: two functions to find, two to keep the index in step. Nothing outside this package knows how it works."""

from catalogue.search.alerting import as_written, matching
from catalogue.search.filters import SearchFilters
from catalogue.search.finding import matches, search
from catalogue.search.indexing import index, index_many
from catalogue.search.results import SearchPage

__all__ = ["SearchFilters", "SearchPage", "as_written", "index", "index_many", "matches", "matching", "search"]
