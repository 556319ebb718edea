"""Links as the header, the footer and the filters show them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A link of the page's frame. `current` marks the section that the reader is in.

    `portal_nav` (the header's sections) and `footer_pages` (the footer's pages about the portal) are lists of these.
    """

    label: str
    url: str
    current: bool = False
