"""What the tests of search share: asking as a reader, and worlds to ask in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from catalogue.querysets import Reader
from catalogue.search import SearchFilters, SearchPage, planning, search
from catalogue.search.facets import Option

ANYONE = AnonymousUser()


def filters_of(**params: Any) -> SearchFilters:
    """Return the filters that an address with these parameters stands for; a list gives one parameter for each value."""
    typed = QueryDict(mutable=True)
    for name, value in params.items():
        typed.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    return SearchFilters.from_query(typed)


def find(q: str = "", user: Reader = ANYONE, **params: Any) -> SearchPage:
    """Search as the page does."""
    filters = filters_of(q=q, **params)
    return search(filters.q, filters, user)


@contextmanager
def as_a_large_catalogue() -> Iterator[None]:
    """Let the few items of a test be searched in the way of a catalogue that is too large to look at all of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "LOOKED_AT_ALWAYS", -1)
        patch.setattr(planning, "FEW", -1)
        patch.setattr(planning, "FEW_THAT_PASS", -1)
        yield


def titles(page: SearchPage) -> list[str]:
    """Return the titles of the results in their order."""
    return [item.title for item in page.items]


def options(page: SearchPage, name: str) -> dict[str, int]:
    """Return value → count of a facet's options."""
    facet = page.facet(name)
    return {option.value: option.count for option in facet.options} if facet else {}


def option(page: SearchPage, name: str, value: str) -> Option:
    """Return one option of a facet."""
    facet = page.facet(name)
    assert facet is not None
    return next(option for option in facet.options if option.value == value)
