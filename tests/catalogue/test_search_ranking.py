"""What is found for words, and in which order."""

import datetime

import pytest
from django.utils import timezone

from catalogue.search import counting, finding, planning, search
from catalogue.search.filterkeys import filter_key
from catalogue.search.sweeping import sweep
from catalogue.search.synonyms import vocabulary
from catalogue.searchindex import SearchCount, SearchEntry
from tests.catalogue.searching import ANYONE, filters_of, find, titles
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_any_of_the_words_will_do_and_more_of_them_come_first() -> None:
    EvidenceFactory(title="Falls in care homes")
    EvidenceFactory(title="Preventing falls on wards with alarms")
    EvidenceFactory(title="Hip fracture surgery")
    assert titles(find("preventing falls alarms")) == ["Preventing falls on wards with alarms", "Falls in care homes"]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    for place in range(8):
        EvidenceFactory(title=f"Sepsis bundle {place}")
    EvidenceFactory(title="Polarography of cerebrospinal fluid")
    assert titles(find("sepsis polarography"))[0] == "Polarography of cerebrospinal fluid"


def test_the_title_counts_more_than_the_abstract() -> None:
    EvidenceFactory(title="Ward routines", abstract="Delirium is common after surgery and needs attention.")
    EvidenceFactory(title="Delirium after surgery", abstract="Ward routines are common and need attention.")
    assert titles(find("delirium"))[0] == "Delirium after surgery"


def test_exactly_the_title_comes_first_then_the_word_as_typed_then_its_stem() -> None:
    EvidenceFactory(title="Organisation organisation organisation of organs and organising the organised")
    EvidenceFactory(title="Organisation of services for people")
    EvidenceFactory(title="Organs offered for transplant")
    EvidenceFactory(title="Organs")
    found = titles(find("organs"))
    assert found[0] == "Organs"
    assert found.index("Organs offered for transplant") < found.index("Organisation of services for people")


def test_a_phrase_in_quotation_marks_must_be_there() -> None:
    EvidenceFactory(title="Quality of life in dementia")
    EvidenceFactory(title="Life and the quality of care in dementia")
    assert titles(find('"quality of life" dementia')) == ["Quality of life in dementia"]
    assert titles(find("“quality of life”")) == ["Quality of life in dementia"]
    assert len(titles(find("quality of life dementia"))) == 2


def test_a_phrase_is_found_in_either_spelling() -> None:
    EvidenceFactory(title="A randomised controlled trial of hip protectors")
    assert len(titles(find('"randomized controlled trial"'))) == 1


@pytest.mark.parametrize("query", ["falls -children", "falls NOT children", 'falls -"young children"'])
def test_an_excluded_word_or_phrase_is_not_there(query: str) -> None:
    EvidenceFactory(title="Falls in older people")
    EvidenceFactory(title="Falls in young children")
    assert titles(find(query)) == ["Falls in older people"]


def test_only_an_excluded_word_leaves_everything_else() -> None:
    EvidenceFactory(title="Falls in older people")
    EvidenceFactory(title="Falls in young children")
    assert titles(find("-children")) == ["Falls in older people"]


def test_a_hyphen_inside_a_word_and_a_number_after_a_minus_exclude_nothing() -> None:
    EvidenceFactory(title="Covid-19 follow-up clinics")
    assert titles(find("follow-up")) == titles(find("covid -19")) == ["Covid-19 follow-up clinics"]


@pytest.mark.parametrize(
    ("field", "stored", "typed"),
    [
        ("doi", "10.1136/bmj.n71", "10.1136/BMJ.N71"),
        ("doi", "10.1136/bmj.n71", "https://doi.org/10.1136/bmj.n71"),
        ("doi", "10.1136/bmj.n71", "doi: 10.1136/bmj.n71"),
        ("pmid", "33782057", "33782057"),
        ("pmid", "33782057", "PMID: 33782057"),
        ("isbn", "9780198568780", "978-0-19-856878-0"),
    ],
)
def test_an_identifier_pasted_in_finds_its_record_first(field: str, stored: str, typed: str) -> None:
    EvidenceFactory(title="About 33782057 and 10 other bmj n71 numbers")
    EvidenceFactory(title="The record", **{field: stored})
    assert titles(find(typed))[0] == "The record"


def test_a_doi_that_is_not_here_finds_nothing_instead_of_its_pieces() -> None:
    EvidenceFactory(title="10 steps from the BMJ")
    assert find("10.1136/bmj.n71").total == 0


def test_words_that_the_index_leaves_out_are_still_found_by_themselves() -> None:
    EvidenceFactory(title="What the WHO says")
    assert titles(find("who")) == ["What the WHO says"]


def test_an_item_past_its_review_drops_a_little() -> None:
    day = datetime.timedelta(days=1)
    EvidenceFactory(title="Delirium bundle one", review_due=timezone.localdate() - day)
    EvidenceFactory(
        title="Delirium bundle two", review_due=timezone.localdate() + day, published_at=timezone.now() - 9 * day
    )
    assert titles(find("delirium bundle")) == ["Delirium bundle two", "Delirium bundle one"]


def test_the_reader_s_own_organisation_comes_first_among_equals() -> None:
    mine, theirs = OrganisationFactory(), OrganisationFactory()
    EvidenceFactory(
        title="Delirium guideline of mine", organisation=mine, published_at=timezone.now() - datetime.timedelta(days=9)
    )
    EvidenceFactory(title="Delirium guideline of theirs", organisation=theirs)
    colleague = UserFactory(organisation=mine, staff_since=timezone.now())
    assert titles(find("delirium guideline", user=colleague))[0] == "Delirium guideline of mine"
    assert titles(find("delirium guideline"))[0] == "Delirium guideline of theirs"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Beta", "Alpha", "Gamma"]),
        ("title", ["Alpha", "Beta", "Gamma"]),
        ("quality", ["Gamma", "Alpha", "Beta"]),
        ("updated", ["Gamma", "Beta", "Alpha"]),
    ],
)
def test_orders_without_words(sort: str, expected: list[str]) -> None:
    now = timezone.now()
    for title, age, standing in (("Alpha", 2, "low"), ("Beta", 1, "not_appraised"), ("Gamma", 3, "high")):
        EvidenceFactory(title=title, standing=standing, published_at=now - datetime.timedelta(days=age))
    assert titles(find(sort=sort)) == expected


@pytest.fixture
def many() -> None:
    """Sixty records on a handful of words in all proportions."""
    words = ("falls", "delirium", "sepsis", "stroke", "asthma", "frailty", "nurses", "wards")
    for number in range(60):
        held = [word for place, word in enumerate(words) if number % (place + 2) == 0]
        title = f"Record {number} {' '.join(held)}"
        EvidenceFactory(title=title, summary=" ".join(held * (number % 4 + 1)), year=2000 + number % 20)


def test_the_plan_for_a_large_catalogue_finds_what_looking_at_all_finds(
    many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [
        (query, filters_of(q=query, **params))
        for query in ("falls", "falls delirium sepsis", "nurses frailty falls stroke sepsis asthma wards")
        for params in ({}, {"year_from": 2010}, {"page": 2}, {"sort": "newest"})
    ]
    small = [search(query, filters, ANYONE) for query, filters in asked]
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    monkeypatch.setattr(planning, "FEW", 0)
    for (query, filters), expected in zip(asked, small, strict=True):
        large = search(query, filters, ANYONE)
        assert titles(large) == titles(expected)
        for name in ("total", "number", "last", "facets"):
            assert getattr(large, name) == getattr(expected, name)


def test_a_large_catalogue_asks_its_index_for_filters_too(monkeypatch: pytest.MonkeyPatch) -> None:
    broad = TopicFactory(name="Older people")
    narrow = TopicFactory(name="Frailty", broader=[broad])
    trust = OrganisationFactory()
    for number in range(24):
        EvidenceFactory(
            title=f"Falls {'ward ' * (number % 4)}{number}",
            year=2000 + number % 6,
            form="rct" if number % 3 else "guideline",
            setting=["acute", "community"] if number % 2 else ["social_care"],
            publication_status="peer_reviewed" if number % 5 else "",
            topics=[narrow] if number % 4 == 0 else [],
            organisation=trust if number % 6 == 0 else None,
        )
    asked = [
        filters_of(q="falls ward", **params)
        for params in (
            {"form": "guideline"},
            {"setting": ["acute", "social_care"], "publication_status": "peer_reviewed"},
            {"topic": broad.slug},
            {"organisation": trust.slug, "year_from": 2000},
            {"year_from": 2002, "year_to": 2003, "kind": "evidence"},
            {"setting": "library"},
        )
    ]
    small = [search(filters.q, filters, ANYONE) for filters in asked]
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    for few, enough, known in ((4_000, 3_000, 10_000), (0, 3_000, 10_000), (0, 1, 10_000), (0, 1, 0)):
        monkeypatch.setattr(planning, "FEW", few)
        monkeypatch.setattr(planning, "FEW_THAT_PASS", few)
        monkeypatch.setattr(finding, "KNOWN_TO_BE_MANY", enough)
        monkeypatch.setattr(finding, "KNOWN_TO_PASS", known)
        for filters, expected in zip(asked, small, strict=True):
            assert planning.with_filters(finding.plan_for(filters.q, vocabulary()), filters).filters
            large = search(filters.q, filters, ANYONE)
            assert titles(large) == titles(expected)
            assert large.total == expected.total or known == 0
            assert large.facets == expected.facets
    assert [page.total for page in small] == [8, 19, 6, 4, 8, 0]


def test_filters_wait_for_entries_of_an_older_version(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = titles(find("falls", year_from=2015))
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    SearchEntry.objects.update(filter_keys=[], content_hash="")
    SearchCount.objects.filter(key__lt=SearchCount.ALL_MEANINGS).delete()
    assert titles(find("falls", year_from=2015)) == expected
    sweep()
    held = {key for keys in SearchEntry.objects.values_list("filter_keys", flat=True) for key in keys}
    assert filter_key("kind", "evidence") in held
    assert titles(find("falls", year_from=2015)) == expected


def test_a_large_catalogue_is_browsed_in_the_same_order(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [filters_of(sort=sort, page=2, year_to=2015) for sort in ("", "title", "quality", "updated")]
    small = [titles(search("", filters, ANYONE)) for filters in asked]
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    monkeypatch.setattr(planning, "FEW", 0)
    assert [titles(search("", filters, ANYONE)) for filters in asked] == small


def test_few_candidates_are_enough_for_the_best_results(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    best = titles(find("falls sepsis wards"))
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    monkeypatch.setattr(planning, "FEW", 0)
    monkeypatch.setattr(finding, "CANDIDATES", 12)
    assert titles(find("falls sepsis wards"))[:3] == best[:3]
    assert len(titles(find("falls sepsis wards", year_from=2015))) == min(
        10, find("falls sepsis wards", year_from=2015).total
    )


def test_a_large_catalogue_is_counted_from_some_of_its_matches(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [find("falls", year_from=year).total for year in (2000, 2010, 2018)] == [30, 15, 3]
    assert find("falls").sampled is None
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    monkeypatch.setattr(planning, "FEW", 0)
    monkeypatch.setattr(planning, "FEW_THAT_PASS", 0)
    monkeypatch.setattr(finding, "TOLD_UP_TO", 10)
    monkeypatch.setattr(counting, "SAMPLED", 10)
    monkeypatch.setattr(counting, "PASSED_AT_LEAST", 4)

    everything = find("falls")
    assert (everything.total, everything.is_capped, everything.sampled) == (10, True, 10)
    kinds = everything.facet("kind")
    assert kinds is not None
    assert sum(option.count for option in kinds.options) <= 11
    many_pass = find("falls", year_from=2010)
    assert (many_pass.is_capped, len(many_pass.items)) == (True, many_pass.total)
    assert 4 <= many_pass.total <= 10
    few_pass = find("falls", year_from=2018)
    assert (few_pass.total, few_pass.is_capped, len(few_pass.items)) == (3, False, 3)


@pytest.mark.parametrize("page", ["abc", "0", "-1", "1e3", "٣", "999999", "99999999999999999999"])
def test_any_page_number_gives_a_page(page: str) -> None:
    for number in range(13):
        EvidenceFactory(title=f"Falls {number}")
    found = find("falls", page=page)
    assert found.last == 2
    assert found.number == (2 if page == "999999" else 1)
    assert len(found.items) == (3 if page == "999999" else 10)
    assert bool(found.notes.ignored) == (page != "999999")


def test_every_item_is_on_exactly_one_page(many: None) -> None:
    pages = [find("falls wards", page=number) for number in range(1, 8)]
    seen = [item.pk for page in pages if page.number == page.requested for item in page.items]
    assert len(seen) == len(set(seen)) == pages[0].total


def test_topics_names_find_their_items() -> None:
    EvidenceFactory(title="A study", topics=[TopicFactory(name="Pressure ulcers")])
    assert titles(find("pressure ulcers")) == ["A study"]
