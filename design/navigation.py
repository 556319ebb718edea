"""Links as the header and the footer show them."""

from typing import NamedTuple


class Link(NamedTuple):
    """A link of the page's frame. `current` marks the section that the reader is in.

    `portal_nav` (the header's sections) and `footer_pages` (the footer's pages about the portal) are lists of these;
    plain tuples of the three do as well.
    """

    label: str
    url: str
    current: bool = False
