"""Reading HTML in tests: which elements stand there, with which attributes and words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "br", "circle", "hr", "img", "input", "link", "meta", "path", "polyline", "rect", "source", "wbr"}


@dataclass
class Element:
    """One element: its tag, attributes, everything inside it as text, and the elements it stands in."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    parents: list["Element"] = field(default_factory=list, repr=False)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    @property
    def words(self) -> str:
        """The text with white space as a browser shows it."""
        return " ".join(self.text.split())

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes}, parents=list(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attributes}, parents=list(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def elements(html: str, tag: str = "", **attributes: str) -> list[Element]:
    """Return the elements of a tag, or all, that carry the attributes; `class_` names one of the classes.

    Fails where an element is closed wrongly or left open.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [element.tag for element in reader.open] == [], "left open"
    class_name = attributes.pop("class_", "")
    wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
    return [
        element
        for element in reader.elements
        if (not tag or element.tag == tag)
        and (not class_name or class_name in element.classes)
        and all(element.get(name) == value for name, value in wanted.items())
    ]


def only(html: str, tag: str = "", **attributes: str) -> Element:
    """Return the one element that there must be."""
    found = elements(html, tag, **attributes)
    assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
    return found[0]
