"""MeSH as a vocabulary beside the portal's own: descriptor XML (desc2026.xml), or one JSON object a line.

Read as a stream, so that the 300 MB of a whole year take no more memory than their headings. Source of the format:
National Library of Medicine, MeSH XML data elements.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast
from xml.etree import ElementTree

from django.db import transaction

from taxonomy.exchange.entries import Unreadable
from taxonomy.models import Concept, ConceptTerm, Scheme
from taxonomy.names import name_key

NAME = "mesh"
TITLE = "Medical Subject Headings (MeSH)"
ATTRIBUTION = (
    "Medical Subject Headings (MeSH), courtesy of the U.S. National Library of Medicine. NLM does not endorse this portal; "
    "the copy here may not be the most recent one."
)
BATCH = 2_000
LONGEST = 255


@dataclass(frozen=True)
class Heading:
    """One descriptor: its unique identifier, name, other names, scope note and tree numbers."""

    identifier: str
    label: str
    names: tuple[str, ...]
    note: str
    positions: tuple[str, ...]


@dataclass
class Report:
    """What an import of headings would do, or did, in numbers, and what is odd about the file in sentences."""

    found: int = 0
    new: int = 0
    changed: int = 0
    missing: int = 0
    names: int = 0
    problems: list[str] = field(default_factory=list)


def looks_like_mesh(beginning: bytes) -> bool:
    """Whether a file that begins like this holds MeSH."""
    return b"<DescriptorRecordSet" in beginning or beginning.lstrip().startswith(b'{"ui"')


def headings(path: Path) -> Iterator[Heading]:
    """Return the headings of a file, one after the other; gzipped files are unpacked on the way. Raises Unreadable."""
    with path.open("rb") as raw:
        is_zipped = raw.read(2) == b"\x1f\x8b"
    with gzip.open(path) if is_zipped else path.open("rb") as opened:
        file = cast("IO[bytes]", opened)
        try:
            beginning = file.read(2_000)
            file.seek(0)
            yield from _from_lines(file) if beginning.lstrip().startswith(b"{") else _from_xml(file)
        except (ElementTree.ParseError, json.JSONDecodeError, KeyError, TypeError, EOFError, OSError) as problem:
            raise Unreadable(f"The file breaks off or is damaged: {problem}") from problem


def _from_xml(file: IO[bytes]) -> Iterator[Heading]:
    # The expat of Python refuses entities that grow without end, and fetches no document type.
    records = ElementTree.iterparse(file, events=("start", "end"))  # noqa: S314
    _, root = next(records)
    for event, element in records:
        if event != "end" or element.tag != "DescriptorRecord":
            continue
        label = element.findtext("DescriptorName/String", "").strip()
        names = [term.text or "" for term in element.iterfind("ConceptList/Concept/TermList/Term/String")]
        note = element.findtext("ConceptList/Concept[@PreferredConceptYN='Y']/ScopeNote", "")
        yield Heading(
            identifier=element.findtext("DescriptorUI", "").strip(),
            label=label,
            names=_names(label, names),
            note=" ".join(note.split()),
            positions=tuple(number.text or "" for number in element.iterfind("TreeNumberList/TreeNumber")),
        )
        root.clear()


def _from_lines(file: IO[bytes]) -> Iterator[Heading]:
    for line in file:
        if line.strip():
            row = json.loads(line)
            yield Heading(row["ui"], row["name"], _names(row["name"], row["terms"]), "", tuple(row["trees"]))


def _names(label: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the other names, each once; what is longer than a name can be is no name that anybody types."""
    own = name_key(label)
    kept = {name_key(text): text.strip() for text in names if text.strip() and len(text) <= LONGEST}
    return tuple(text for key, text in kept.items() if key != own)


@transaction.atomic
def import_headings(path: Path, *, version: str, write: bool) -> Report:
    """Compare the file with what is there and, with `write`, make that what the file says; all or nothing.

    Headings that the file no longer holds go, unless a topic is tied to them. Raises Unreadable.
    """
    report = Report()
    scheme = Scheme.objects.filter(name=NAME).first()
    if write:
        facts = {"title": TITLE, "version": version, "attribution": ATTRIBUTION}
        scheme, _ = Scheme.objects.update_or_create(name=NAME, defaults=facts)
    stored = _stored(scheme)
    places: dict[str, str] = {}
    labels: Counter[str] = Counter()
    seen: dict[str, str] = {}
    batch: list[Heading] = []
    for heading in headings(path):
        report.found += 1
        if not heading.identifier or not heading.label or len(heading.label) > LONGEST:
            report.problems.append(f"A heading without identifier or label is left out: {heading.identifier or '?'}.")
            continue
        if heading.identifier in seen:
            report.problems.append(f"{heading.identifier} ({heading.label}) stands twice; the first one counts.")
            continue
        seen[heading.identifier] = heading.label
        labels[name_key(heading.label)] += 1
        report.names += len(heading.names)
        places.update(dict.fromkeys(heading.positions, heading.identifier))
        if not heading.positions:
            report.problems.append(f"{heading.label} ({heading.identifier}) has no place in the tree.")
        before = stored.get(heading.identifier)
        report.new += before is None
        is_changed = before != (heading.label, heading.note, heading.positions, frozenset(heading.names))
        report.changed += before is not None and is_changed
        if is_changed:
            batch.append(heading)
        if write and scheme is not None and len(batch) >= BATCH:
            _write(scheme, batch)
            batch = []
    if not report.found:
        raise Unreadable("The file holds no descriptor.")
    if write and scheme is not None:
        _write(scheme, batch)
        gone = Concept.objects.filter(scheme=scheme, mappings=None).exclude(identifier__in=list(seen))
        report.missing = gone.count()
        gone.delete()
    else:
        report.missing = len(set(stored) - set(seen))
    report.problems += [f"{number} headings are called “{key}”." for key, number in labels.items() if number > 1]
    report.problems += _odd_places(places, seen)
    return report


def _stored(scheme: Scheme | None) -> dict[str, tuple[str, str, tuple[str, ...], frozenset[str]]]:
    if scheme is None or scheme.pk is None:
        return {}
    names: dict[int, set[str]] = {}
    terms = ConceptTerm.objects.filter(concept__scheme=scheme).values_list("concept_id", "text")
    for concept_id, text in terms.iterator(chunk_size=10_000):
        names.setdefault(concept_id, set()).add(text)
    rows = Concept.objects.filter(scheme=scheme).values_list("pk", "identifier", "label", "note", "positions")
    return {
        identifier: (label, note, tuple(positions), frozenset(names.get(pk, ())))
        for pk, identifier, label, note, positions in rows.iterator(chunk_size=10_000)
    }


def _write(scheme: Scheme, batch: list[Heading]) -> None:
    """Write some headings with their names; the columns of one that is there already are replaced."""
    if not batch:
        return
    Concept.objects.bulk_create(
        [
            Concept(
                scheme=scheme,
                identifier=heading.identifier,
                label=heading.label,
                note=heading.note,
                positions=list(heading.positions),
            )
            for heading in batch
        ],
        update_conflicts=True,
        unique_fields=["scheme", "identifier"],
        update_fields=["label", "note", "positions"],
    )
    keys = dict(
        Concept.objects.filter(scheme=scheme, identifier__in=[heading.identifier for heading in batch]).values_list(
            "identifier", "pk"
        )
    )
    ConceptTerm.objects.filter(concept__in=keys.values()).delete()
    ConceptTerm.objects.bulk_create(
        [ConceptTerm(concept_id=keys[heading.identifier], text=text) for heading in batch for text in heading.names],
        batch_size=5_000,
    )


def _odd_places(places: dict[str, str], labels: dict[str, str]) -> list[str]:
    """Return what is wrong with the tree: places whose place above is missing, and headings that are above themselves.

    Each tree number has its place, so the tree numbers make no circle; the headings that stand at them can.
    """
    problems: list[str] = []
    above: dict[str, set[str]] = {}
    missing: set[str] = set()
    for place, identifier in places.items():
        parent, dot, _ = place.rpartition(".")
        if not dot:
            continue
        if parent in places:
            above.setdefault(identifier, set()).add(places[parent])
        else:
            missing.add(parent)
    if missing:
        some = ", ".join(sorted(missing)[:10])
        problems.append(f"{len(missing)} places in the tree hold others and have no heading, as {some}.")
    problems += [
        f"These are part of each other: {', '.join(labels.get(one, one) for one in circle)}."
        for circle in circles(above)
    ]
    return problems


def circles(above: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of which each is above each other, smallest first (Tarjan 1972, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for start in above:
        if start in number:
            continue
        work = [(start, iter(sorted(above.get(start, ()))))]
        number[start] = low[start] = len(number)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, parents = work[-1]
            following = next(parents, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    group = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        group.append(member)
                        if member == node:
                            break
                    if len(group) > 1 or node in above.get(node, ()):
                        found.append(sorted(group))
            elif following not in number:
                number[following] = low[following] = len(number)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(sorted(above.get(following, ())))))
            elif following in on_stack:
                low[node] = min(low[node], number[following])
    return sorted(found, key=len)
