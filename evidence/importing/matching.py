"""Which records are here already, or stand in the same file twice.

A record is skipped when it is certain to be the same source: the same DOI, else the same PMID, else
the same title and year where no identifier says otherwise. What is merely alike is left for people:
a draft too many is a small thing, a source lost is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q

from evidence.identifiers import title_key
from evidence.importing.models import ImportedRecord
from evidence.importing.records import ParsedRecord
from evidence.models import Evidence

# Titles of fewer letters than this ("Editorial", "In this issue") say nothing without their journal.
TELLING_TITLE_LENGTH = 25


@dataclass(frozen=True, slots=True)
class Match:
    """Why a record is a duplicate, and of what: a record of the portal, or an earlier one of the file."""

    reason: str
    evidence_id: int | None = None
    twin_index: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is compared of a record that is here, or that came earlier in the file."""

    doi: str
    pmid: str
    title: str
    year: int | None
    source: str
    evidence_id: int | None = None
    index: int | None = None

    @classmethod
    def of(cls, record: ParsedRecord, evidence_id: int | None = None) -> "_Known":
        title, source = title_key(record.title), title_key(record.source)
        return cls(record.doi, record.pmid, title, record.year, source, evidence_id, record.index)

    def match(self, reason: str) -> Match:
        return Match(reason, self.evidence_id, self.index)

    def contradicts(self, other: "_Known") -> bool:
        """Tell whether two records with one title and year are two sources all the same."""
        if (self.doi and other.doi) or (self.pmid and other.pmid):
            return True  # equal identifiers were matched before titles are looked at
        short = len(self.title) < TELLING_TITLE_LENGTH
        return bool(short and self.source and other.source and self.source != other.source)


@dataclass(slots=True)
class _Index:
    """Known records by what they are found by."""

    by_doi: dict[str, _Known] = field(default_factory=dict)
    by_pmid: dict[str, _Known] = field(default_factory=dict)
    by_title: dict[tuple[str, int | None], list[_Known]] = field(default_factory=dict)

    def add(self, known: _Known) -> None:
        if known.doi:
            self.by_doi.setdefault(known.doi, known)
        if known.pmid:
            self.by_pmid.setdefault(known.pmid, known)
        if known.title:
            self.by_title.setdefault((known.title, known.year), []).append(known)

    def find(self, wanted: _Known) -> Match | None:
        if found := self.by_doi.get(wanted.doi):
            return found.match("Same DOI")
        if found := self.by_pmid.get(wanted.pmid):
            return found.match("Same PMID")
        for found in self.by_title.get((wanted.title, wanted.year), []):
            if not found.contradicts(wanted):
                return found.match("Same title and year" if wanted.year else "Same title; neither gives a year")
        return None


class Matcher:
    """Looks records up, a chunk at a time, and remembers those of the file.

    `match` changes nothing; `remember` adds the new ones of a chunk once they are settled. One matcher may serve
    several files in a row that are only looked at: `next_file` lets the records so far count as here already.
    """

    def __init__(self, *, sha256: str = "") -> None:
        self._sha256 = sha256
        self._file = _Index()
        self._earlier_files = _Index()
        self._remembered: list[_Known] = []

    def match(self, records: Sequence[ParsedRecord]) -> list[Match | None]:
        """Return for each record what it repeats, or None where it is new. Three queries for a chunk of any size."""
        here = _load(records)
        made = self._made_before(records)
        chunk = _Index()
        found: list[Match | None] = []
        for record in records:
            wanted = _Known.of(record)
            match = (
                made.get(record.index)
                or self._file.find(wanted)
                or chunk.find(wanted)
                or here.find(wanted)
                or self._earlier_files.find(wanted)
            )
            if match is None:
                chunk.add(wanted)
            found.append(match)
        return found

    def remember(self, records: Iterable[ParsedRecord], made: Mapping[int, int] | None = None) -> None:
        """Let later chunks find these records of the file; `made` gives, by index, the evidence they became."""
        for record in records:
            known = _Known.of(record, (made or {}).get(record.index))
            self._file.add(known)
            self._remembered.append(known)

    def next_file(self, *, sha256: str) -> None:
        """Begin another file, of which the records so far are no part."""
        for known in self._remembered:
            self._earlier_files.add(replace(known, index=None))
        self._sha256 = sha256
        self._file = _Index()
        self._remembered = []

    def _made_before(self, records: Sequence[ParsedRecord]) -> dict[int, Match]:
        """Find what an earlier import of the very same file made of its records, whatever was edited since."""
        if not self._sha256 or not records:
            return {}
        indexes = range(records[0].index, records[-1].index + 1)
        rows = ImportedRecord.objects.made_from(sha256=self._sha256, indexes=indexes)
        return {
            index: Match("Imported before from this file", evidence_id)
            for index, evidence_id in rows.values_list("index", "evidence_id")
        }


def _load(records: Sequence[ParsedRecord]) -> _Index:
    """Return the records of the portal that one of `records` might be."""
    dois = {record.doi for record in records if record.doi}
    pmids = {record.pmid for record in records if record.pmid}
    titles = {key for record in records if (key := title_key(record.title))}
    index = _Index()
    rows = Evidence.objects.filter(Q(doi__in=dois) | Q(pmid__in=pmids) | Q(title_key__in=titles)).order_by("pk")
    for pk, doi, pmid, title, year, source in rows.values_list("pk", "doi", "pmid", "title_key", "year", "source"):
        index.add(_Known(doi, pmid, title, year, title_key(source), evidence_id=pk))
    return index
