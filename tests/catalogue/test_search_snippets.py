"""The stretch of text that shows why something was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.snippets import SNIPPET_LENGTH, lexemes_of_texts, mark, snippet
from tests.catalogue.searching import find
from tests.factories import EvidenceFactory

pytestmark = pytest.mark.django_db


def marked(pieces: list[tuple[str, bool]]) -> list[str]:
    return [piece for piece, matched in pieces if matched]


def test_matches_are_marked_in_any_form_and_spelling() -> None:
    EvidenceFactory(title="Preventing haemorrhage", summary="Packages prevented hemorrhage in <b>wards</b>.")
    (hit,) = find("prevention hemorrhages prevent").hits
    assert marked(hit.title) == ["Preventing haemorrhage"]
    assert marked(hit.text) == ["prevented hemorrhage"]
    assert "".join(piece for piece, matched in hit.text) == "Packages prevented hemorrhage in <b>wards</b>."


def test_a_long_summary_is_cut_to_where_the_words_are() -> None:
    EvidenceFactory(title="A study", summary="Background. " * 80 + "Delirium was prevented. " + "Afterwards. " * 80)
    (hit,) = find("delirium").hits
    assert marked(hit.text) == ["Delirium"]
    assert hit.text[0] == ("… ", False)
    assert hit.text[-1] == (" …", False)
    assert len("".join(piece for piece, matched in hit.text)) <= SNIPPET_LENGTH + 10


def test_without_words_the_summary_begins_at_its_beginning() -> None:
    EvidenceFactory(summary="First sentence. " * 40)
    (hit,) = find().hits
    assert hit.text[0][0].startswith("First sentence.")
    assert marked(hit.text) == []


@given(st.text(alphabet="ab c-d.’\n", max_size=60), st.sets(st.sampled_from(["a", "b", "ab", "c", "d"]), max_size=3))
def test_the_pieces_together_are_the_text(text: str, wanted: set[str]) -> None:
    lexemes = {word: frozenset([word]) for word in ("a", "b", "ab", "c", "d")}
    assert "".join(piece for piece, matched in mark(text, wanted, lexemes)) == text
    assert "".join(piece for piece, matched in snippet(text, wanted, lexemes)) == " ".join(text.split())


def test_lexemes_of_texts_asks_once(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(1):
        found = lexemes_of_texts(["Follow-up of falls", "Falls again"])
    assert found["Follow-up"] == {"follow"}
    assert found["falls"] == found["Falls"] == {"fall"}
