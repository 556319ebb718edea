"""Search: three functions to find, two to keep the index in step, two to say in words what is asked for.

Nothing outside this package knows how it works.
"""

from catalogue.search.alerting import as_written, matching
from catalogue.search.facets import chosen_facets
from catalogue.search.filters import SearchFilters
from catalogue.search.finding import count_filters, matches, search
from catalogue.search.indexing import index, index_many
from catalogue.search.results import Facets, SearchPage, applied_filters

__all__ = [
    "Facets", "SearchFilters", "SearchPage", "applied_filters", "as_written", "chosen_facets", "count_filters", "index",
    "index_many", "matches", "matching", "search",
]  # fmt: skip
