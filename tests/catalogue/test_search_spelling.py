"""British and American spelling meet in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search.spelling import fold, fold_word, plain_words
from tests.catalogue.searching import find, titles
from tests.factories import EvidenceFactory

# Source of the pairs: the project's domain research, section 6.1, and the classes behind them.
PAIRS = (
    ("mobilisation", "mobilization"), ("mobilise", "mobilize"), ("mobilising", "mobilizing"),
    ("organisation", "organization"), ("organisational", "organizational"), ("randomised", "randomized"),
    ("summarise", "summarize"), ("synthesise", "synthesize"), ("optimisation", "optimization"),
    ("immunisations", "immunizations"), ("prioritise", "prioritize"), ("standardised", "standardized"),
    ("hospitalised", "hospitalized"), ("personalised", "personalized"), ("paediatric", "pediatric"),
    ("haemorrhage", "hemorrhage"), ("haemoglobin", "hemoglobin"), ("haematology", "hematology"), ("oedema", "edema"),
    ("oesophageal", "esophageal"), ("anaesthesia", "anesthesia"), ("gynaecology", "gynecology"),
    ("orthopaedic", "orthopedic"), ("diarrhoea", "diarrhea"), ("tumours", "tumors"), ("behaviour", "behavior"),
    ("behavioural", "behavioral"), ("programme", "program"), ("centre", "center"), ("fibre", "fiber"),
    ("ageing", "aging"), ("foetal", "fetal"), ("leukaemia", "leukemia"), ("anaemia", "anemia"),
    ("ischaemic", "ischemic"), ("caesarean", "cesarean"), ("labelled", "labeled"), ("counselling", "counseling"),
    ("analysed", "analyzed"), ("oestrogen", "estrogen"), ("coeliac", "celiac"), ("dyspnoea", "dyspnea"),
    ("millilitres", "milliliters"), ("practised", "practiced"), ("licence", "license"), ("manoeuvre", "maneuver"),
    ("septicaemia", "septicemia"), ("know-how", "knowhow"), ("know how", "knowhow"), ("e-learning", "elearning"),
    ("café", "cafe"), ("Parkinson’s", "Parkinson's"), ("healthcare", "health care"), ("septic", "sepsis"),
    ("prescribing", "prescription"),
)  # fmt: skip
UNTOUCHED = (
    "does", "shoes", "four", "hour", "your", "court", "exercise", "otherwise", "precise", "promise", "raised", "disease",
    "poem", "coexist", "vertebrae", "source", "his", "this",
)  # fmt: skip


@pytest.mark.parametrize(("british", "american"), PAIRS)
def test_both_spellings_fold_into_one(british: str, american: str) -> None:
    assert fold(british) == fold(american)


@pytest.mark.parametrize("word", UNTOUCHED)
def test_words_that_only_look_british_stay_as_they_are(word: str) -> None:
    assert fold_word(word) == word


@given(st.text(max_size=200))
def test_folding_any_text_gives_plain_words_and_folding_again_changes_nothing_it_must_not(text: str) -> None:
    folded = fold(text)
    assert all(word == word.strip() and "'" not in word and "\\" not in word for word in folded.split())
    assert len(plain_words(text)) == len(folded.split())


@pytest.mark.django_db
@pytest.mark.parametrize(("british", "american"), PAIRS[::4])
def test_either_spelling_finds_a_document_in_the_other(british: str, american: str) -> None:
    EvidenceFactory(title=f"About {british} on wards")
    EvidenceFactory(title=f"Report on {american}")
    assert len(titles(find(british))) == len(titles(find(american))) == 2
