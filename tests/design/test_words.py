"""The words of the portal: one glossary, no word that means something else to clinicians, and Markdown that is safe."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from design.cards import BAND_WORDS
from design.glossary import AVOID, GLOSSARY, meaning, terms_in_order
from design.markdown import ATTRIBUTES, TAGS, render_markdown
from evidence.choices import Band

TEMPLATES = Path(__file__).parents[2] / "templates"
READERS_ROOMS = ("catalogue", "evidence", "kmportal", "pages", "components", "enquiries")
TAG = re.compile(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>")


def test_the_glossary_gives_each_thing_one_name_and_a_whole_sentence() -> None:
    names = [term.name for term in terms_in_order()]
    assert names == sorted(set(names), key=str.lower)
    for term in GLOSSARY.values():
        assert term.meaning.endswith(".")
        assert term.name[0].isupper()
    with pytest.raises(KeyError):
        meaning("no such word")


def test_the_label_for_unchecked_quality_is_the_glossary_s() -> None:
    assert GLOSSARY["quality_not_checked"].name == BAND_WORDS[Band.NOT_APPRAISED] == Band.NOT_APPRAISED.label


@pytest.mark.parametrize(
    "path",
    [path for room in READERS_ROOMS for path in sorted((TEMPLATES / room).glob("*.html"))],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_no_page_for_readers_uses_a_word_that_misleads(path: Path) -> None:
    words = TAG.sub(" ", path.read_text(encoding="utf-8"))
    found = [word for word in AVOID if re.search(rf"\b{word}", words, re.IGNORECASE)]
    found += re.findall(r"(?i)(?<!critically )\bappraised\b(?! by)", words)
    assert found == []


class Parts(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


MARKUP = st.text(alphabet=st.sampled_from(list("ab<>/\"'=()[]!#*_`|-:;&\\\n xscriptonerrorjavahref.")), max_size=120)


@given(text=MARKUP)
def test_no_markdown_brings_anything_but_plain_elements(text: str) -> None:
    parts = Parts()
    parts.feed(str(render_markdown(text)))
    assert parts.tags <= TAGS
    assert parts.attributes <= {(tag, name) for tag, names in ATTRIBUTES.items() for name in names} | {("a", "rel")}
    for link in parts.links:
        assert not re.match(r"(?i)\s*(javascript|data|vbscript):", link)
        assert not link.replace("\\", "/").startswith("//")


@pytest.mark.parametrize(
    ("written", "levels"),
    [("# A\n## B\n# C", [2, 3, 2]), ("### A\n# B\n#### C", [2, 2, 3]), ("# A\n###### B\n## C", [2, 3, 3])],
)
def test_headings_fit_under_the_page_s_own_without_a_gap(written: str, levels: list[int]) -> None:
    assert [int(level) for level in re.findall(r"<h([1-6])>", render_markdown(written))] == levels


@given(text=st.text(max_size=60))
def test_data_for_programs_cannot_end_its_element(text: str) -> None:
    drawn = Template("{% load components %}{% data_block data %}").render(
        Context({"data": {"name": f"{text}</script><!--\u2028"}})
    )
    inside = drawn.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside)["name"].startswith(text)
