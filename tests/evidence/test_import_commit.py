"""Records of a file become drafts, in chunks that are saved whole or not at all."""

from unittest.mock import patch

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from catalogue.models import Item
from catalogue.search import SearchFilters, search
from evidence.importing import commit, judging
from evidence.importing.matching import Matcher
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.models import Evidence
from tests.evidence.import_files import WHOLE, counts, imported, outcomes, reading_of, ris
from tests.factories import EvidenceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def librarian() -> User:
    return UserFactory(librarian=True)


def test_a_record_becomes_a_draft_with_what_the_file_says(librarian: User) -> None:
    batch = imported(WHOLE, by=librarian)

    (draft,) = Evidence.objects.all()
    assert (draft.title, draft.status, draft.visibility) == ("Preventing falls in hospital", "draft", "public")
    assert draft.author_list == ["van der Berg, Anna", "World Health Organization"]
    assert (draft.form, draft.form_group, draft.publication_status) == (
        "systematic_review",
        "synthesis",
        "peer_reviewed",
    )
    assert (draft.year, str(draft.published_on), draft.source) == (2019, "2019-05-07", "BMJ")
    assert (draft.volume, draft.issue, draft.pages) == ("28", "5", "379-385")
    assert (draft.doi, draft.pmid, draft.url) == ("10.1000/one", "123", "https://example.org/a")
    assert (draft.abstract, draft.language, draft.standing) == ("Falls are common.", "French", "not_appraised")
    assert draft.keywords == ["Accidental Falls", "Night shift"]
    assert draft.curator == librarian
    assert draft.published_at is None
    (row,) = batch.records.all()
    assert (row.outcome, row.evidence, row.line, row.is_settled) == ("created", draft, 1, True)
    assert row.raw == WHOLE.rstrip("\n")


def test_the_file_is_written_down_with_its_counts(librarian: User) -> None:
    batch = imported(WHOLE + ris("AU  - Nobody") + WHOLE, by=librarian)

    assert counts(batch) == (3, 1, 1, 1)
    assert (batch.format, batch.encoding, batch.state, batch.uploaded_by) == ("ris", "ascii", "done", librarian)
    assert len(batch.sha256) == 64


def test_the_same_file_twice_makes_nothing_new() -> None:
    text = "".join(ris(f"TI  - Title number {number}", "PY  - 2020") for number in range(5))
    imported(text)

    again = imported(text)

    assert counts(again) == (5, 0, 5, 0)
    assert {reason for _, _, reason in outcomes(again)} == {"Imported before from this file"}
    assert Evidence.objects.count() == 5


def test_the_same_file_makes_nothing_new_after_its_drafts_were_edited() -> None:
    imported(WHOLE)
    draft = Evidence.objects.get()
    draft.title, draft.doi, draft.pmid = "Another title", "", ""
    draft.save()

    assert counts(imported(WHOLE)) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (["TI  - Other words", "DO  - doi:10.1000/One."], "Same DOI"),
        (["TI  - Other words", "PM  - PMID: 123"], "Same PMID"),
        (["TI  - PREVENTING falls in  hospital!", "PY  - 2019"], "Same title and year"),
    ],
)
def test_what_is_here_already_is_skipped(fields: list[str], reason: str) -> None:
    here = EvidenceFactory(title="Preventing falls in hospital", year=2019, doi="10.1000/one", pmid="123")

    batch = imported(ris(*fields))

    assert outcomes(batch) == [(1, "duplicate", reason)]
    assert batch.records.get().evidence == here


@pytest.mark.parametrize(
    "fields",
    [
        ["TI  - Preventing falls in hospital", "PY  - 2020"],
        ["TI  - Preventing falls in hospital"],
        ["TI  - Preventing falls in hospital", "PY  - 2019", "DO  - 10.1000/two"],
        ["TI  - Preventing falls in hospital", "PY  - 2019", "PM  - 456"],
        ["TI  - Preventing falls at home", "PY  - 2019"],
    ],
)
def test_what_is_only_alike_is_not_skipped(fields: list[str]) -> None:
    EvidenceFactory(title="Preventing falls in hospital", year=2019, doi="10.1000/one", pmid="123")

    assert counts(imported(ris(*fields))) == (1, 1, 0, 0)


def test_a_title_that_says_little_counts_only_with_its_journal() -> None:
    EvidenceFactory(title="Editorial", year=2019, source="BMJ")

    batch = imported(
        ris("TI  - Editorial", "PY  - 2019", "JF  - The Lancet") + ris("TI  - Editorial", "PY  - 2019", "JF  - BMJ")
    )

    assert [outcome for _, outcome, _ in outcomes(batch)] == ["created", "duplicate"]


@pytest.mark.parametrize("apart", [0, 600])
def test_a_record_that_stands_in_the_file_twice_is_made_once(apart: int) -> None:
    between = "".join(ris(f"TI  - Title number {number}", "PY  - 2020") for number in range(apart))

    batch = imported(WHOLE + between + ris("TI  - Other words", "DO  - 10.1000/one"))

    assert counts(batch) == (apart + 2, apart + 1, 1, 0)
    twin = batch.records.last()
    assert (twin.reason, twin.twin_index, twin.evidence) == ("Same DOI", 1, Evidence.objects.get(doi="10.1000/one"))


def test_records_without_year_are_compared_by_title() -> None:
    batch = imported(ris("TI  - A title of some length") + ris("TI  - a title of some length."))

    assert outcomes(batch) == [(1, "created", ""), (2, "duplicate", "Same title; neither gives a year")]


def test_what_is_too_long_is_cut_and_what_cannot_be_cut_is_left_out() -> None:
    imported(
        ris(
            f"TI  - {'long ' * 150}",
            f"JF  - {'j' * 400}",
            f"DO  - 10.1000/{'x' * 300}",
            f"IS  - {'9' * 80}",
            f"KW  - {'k' * 300}",
            *(f"KW  - word {number}" for number in range(150)),
        )
    )

    draft = Evidence.objects.get()
    assert len(draft.title) <= 500
    assert draft.title.endswith("long…")
    assert (len(draft.source), len(draft.issue), draft.doi) == (300, 50, "")
    assert draft.keywords == [f"word {number}" for number in range(100)]


def test_a_published_record_is_found_by_a_keyword_that_stands_nowhere_else() -> None:
    imported(WHOLE, publish=True)
    found = search("night shift", SearchFilters(), AnonymousUser())
    assert [item.title for item in found.items] == ["Preventing falls in hospital"]


def test_publishing_shows_the_records_at_once() -> None:
    imported(WHOLE, publish=True)

    record = Evidence.objects.get()
    assert record.status == "published"
    assert record.published_at <= timezone.now()
    assert (record.reviewed_at, record.review_due.year) == (None, timezone.localdate().year + 3)
    assert list(Item.objects.listed()) == [record.item_ptr]


def test_a_chunk_that_fails_leaves_nothing_of_itself_and_the_next_try_finishes() -> None:
    text = "".join(ris(f"TI  - Title number {number}", "PY  - 2020") for number in range(1_200))
    calls = []

    def fail_on_the_second(keys: list[int]) -> None:
        calls.append(len(keys))
        if len(calls) == 2:
            raise RuntimeError("the machine went away")

    with (
        patch.object(commit, "index_many", fail_on_the_second),
        pytest.raises(RuntimeError),
    ):
        imported(text)

    assert Evidence.objects.count() == ImportedRecord.objects.count() == 500
    assert counts(ImportBatch.objects.get()) == (500, 500, 0, 0)

    again = imported(text)

    assert counts(again) == (1_200, 700, 500, 0)
    assert Evidence.objects.count() == 1_200


def test_a_record_that_the_database_refuses_spoils_no_other() -> None:
    text = ris("TI  - First of three") + ris("TI  - Bad one of three") + ris("TI  - Last of three")

    def spoil(parsed, **options):  # a year that no column holds
        draft = draft_from(parsed, **options)
        draft.year = 99_999 if parsed.title.startswith("Bad") else None
        return draft

    draft_from = commit.draft_from
    with patch.object(commit, "draft_from", spoil):
        batch = imported(text)

    assert counts(batch) == (3, 2, 0, 1)
    assert batch.records.get(index=2).reason == "The database refused this record: smallint out of range"


def test_history_says_which_import_made_a_record(librarian: User) -> None:
    batch = imported(WHOLE, by=librarian)

    event = Evidence.objects.get().evidence_events.get()
    assert event.pgh_context.metadata == {"user": librarian.pk, "import_batch": batch.pk, "file": "file.ris"}


def test_foreseeing_writes_nothing_and_counts_as_importing_does() -> None:
    EvidenceFactory(title="Here", doi="10.1000/one")
    text = WHOLE + ris("TI  - New one here") + ris("TI  - new one here") + ris("AU  - Nobody")
    before = Item.objects.count()

    foreseen = [row.outcome for row in judging.foresee(reading_of(text), Matcher())]

    assert foreseen == ["duplicate", "created", "duplicate", "rejected"]
    assert (Item.objects.count(), ImportBatch.objects.count()) == (before, 0)
    assert [outcome for _, outcome, _ in outcomes(imported(text))] == foreseen


def test_a_kept_record_is_read_again_as_it_was() -> None:
    text = "PMID- 1\nTI  - One\n\nAB  - Text.\n\n      More.\nSO  - x\n\nPMC - PMC2\n\nTI  - Two\n\nTI  - Three\n"
    reading = reading_of(text)
    batch = ImportBatch(format="nbib")

    records = list(reading.records())
    assert records
    for record in records:
        row = ImportedRecord(batch=batch, index=record.index, line=record.line, raw=record.raw)
        assert commit.parse_row(row, reading.format) == record
