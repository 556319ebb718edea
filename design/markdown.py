"""Markdown that people write, as HTML that is safe to show."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

# A table whose short rows would be filled up with more cells than this is no table that somebody wrote.
MOST_FILLED_CELLS = 500


def _honest_table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Read a table, unless a wide heading over many short rows would make a page of megabytes from a few lines."""
    if not table(state, first, end, True):
        return False
    columns = _cells(state, first)
    filled = 0
    for line in range(first + 2, end):
        if state.isEmpty(line):
            break
        filled += max(0, columns - _cells(state, line))
        if filled > MOST_FILLED_CELLS:
            return False
    return silent or table(state, first, end, False)


def _cells(state: StateBlock, line: int) -> int:
    """Return how many cells a line holds, give or take its edges."""
    return state.src.count("|", state.bMarks[line], state.eMarks[line]) + 1


_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_parser.block.ruler.at("table", _honest_table, {"alt": ["paragraph", "reference"]})


def render_markdown(text: str, *, top_heading: int = 2) -> SafeString:
    """Return the Markdown as HTML that holds no script, style, picture or form, whatever was typed.

    Its highest headings become `top_heading` (2 to 6), those below follow without a step left out, so that they fit
    under the page's own. Every link keeps to http, https, mailto and this site.
    """
    tokens = _parser.parse(text)
    _fit_headings([token for token in tokens if token.type in {"heading_open", "heading_close"}], top_heading)
    html = _parser.renderer.render(tokens, _parser.options, {})
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        attribute_filter=_keep_attribute,
    )
    return mark_safe(cleaned)  # noqa: S308 - nh3 has just made it so


def _fit_headings(tokens: list, top: int) -> None:
    """Number the headings from `top` on, each at most one step below the one before it."""
    written: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            while written and written[-1] >= level:
                written.pop()
            written.append(level)
        token.tag = f"h{min(6, top + len(written) - 1)}"


def _keep_attribute(element: str, attribute: str, value: str) -> str | None:
    """Drop a link that leaves the site without saying so: //elsewhere and its spellings with a backslash."""
    if attribute == "href" and value.strip().replace("\\", "/").startswith("//"):
        return None
    return value
