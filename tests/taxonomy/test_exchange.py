"""The vocabulary in and out: what goes out comes back the same, and what cannot come in is told."""

import gzip
import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rdflib import SKOS, Graph, Literal, URIRef

from taxonomy.exchange import mesh
from taxonomy.models import Concept, EntryTerm, RelatedTopics, Scheme, Topic, TopicEdge, TopicMapping
from taxonomy.services import set_broader
from taxonomy.vocabulary import load_starting_vocabulary
from tests.admin import librarian, signed_in
from tests.factories import TopicFactory

pytestmark = pytest.mark.django_db

SHARED = (
    Path(os.environ.get("PORTAL_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "taxonomy"
)
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the vocabularies of PORTAL_SHARED_DATA")

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <http://vocabulary.example/> .
"""
RECORD = """<DescriptorRecord><DescriptorUI>{ui}</DescriptorUI><DescriptorName><String>{name}</String></DescriptorName>
<TreeNumberList>{places}</TreeNumberList><ConceptList><Concept PreferredConceptYN="Y"><ScopeNote>What it is.</ScopeNote>
<TermList><Term><String>{name}</String></Term><Term><String>{other}</String></Term></TermList></Concept></ConceptList>
</DescriptorRecord>"""


def state() -> dict[str, Any]:
    """All of the vocabulary but its keys."""
    topics = Topic.objects.order_by("slug")
    return {
        "topics": list(
            topics.values_list(
                "slug", "name", "status", "scope_note", "key_message", "merged_into__slug", "successor__slug"
            )
        ),
        "terms": sorted(EntryTerm.objects.values_list("topic__slug", "text")),
        "edges": sorted(TopicEdge.objects.values_list("narrower__slug", "broader__slug", "is_primary")),
        "related": sorted(
            tuple(sorted(pair)) for pair in RelatedTopics.objects.values_list("first__slug", "second__slug")
        ),
    }


def take(path: Path, *options: str) -> dict[str, Any]:
    """Import a file and return what the command says in JSON."""
    out = StringIO()
    call_command("import_topics", path, "--json", *options, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def written(tmp_path: Path, text: str, name: str = "file.ttl") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def vocabulary() -> None:
    """The starting vocabulary, with something of everything that can be said about topics."""
    load_starting_vocabulary()
    falls, sepsis = Topic.objects.get(slug="falls"), Topic.objects.get(slug="sepsis")
    Topic.objects.filter(pk=falls.pk).update(scope_note="Falls “in” <care>.", key_message="Two lines.\n\nYes.")
    set_broader(topic=sepsis, broader=[Topic.objects.get(slug="urgent-emergency"), Topic.objects.get(slug="clinical")])
    RelatedTopics.objects.create(
        first=min(falls, sepsis, key=lambda t: t.pk), second=max(falls, sepsis, key=lambda t: t.pk)
    )
    TopicFactory(name="Old falls", slug="old-falls", status="merged", merged_into=falls)
    TopicFactory(name="Gone", slug="gone", status="retired", successor=sepsis)
    TopicFactory(name="Perhaps", slug="perhaps", status="candidate")


class TestSkos:
    def test_out_and_in_is_the_same_vocabulary(self, vocabulary: None, tmp_path: Path) -> None:
        before = state()
        for form in ("turtle", "json-ld", "xml"):
            path = tmp_path / f"all.{form}"
            call_command("export_topics", path, "--format", form)
            same = take(path, "--apply")
            assert (same["new"], same["changed"], same["moved"], same["missing"], same["problems"]) == (
                [],
                [],
                [],
                [],
                [],
            )
            assert state() == before
        Topic.objects.update(merged_into=None, successor=None, status="active")
        Topic.objects.all().delete()
        again = take(path, "--apply")
        assert again["problems"] == []
        assert state() == before

    def test_nothing_changes_before_it_is_asked_for(self, vocabulary: None, tmp_path: Path) -> None:
        before = state()
        path = written(tmp_path, TURTLE + 'x:1 a skos:Concept ; skos:prefLabel "New one"@en .')
        shown = take(path)
        assert (shown["applied"], shown["new"], len(shown["missing"])) == (False, ["New one"], 115)
        assert state() == before
        out = StringIO()
        call_command("import_topics", path, "--dry-run", stdout=out)
        assert "Nothing was changed" in out.getvalue()

    def test_what_changed_is_told_and_made(self, tmp_path: Path) -> None:
        old = TopicFactory(name="Falls", slug="falls", broader=[TopicFactory(name="Safety", slug="safety")])
        EntryTerm.objects.create(topic=old, text="Slips")
        path = tmp_path / "all.ttl"
        call_command("export_topics", path)
        graph = Graph().parse(path)
        falls = next(node for node in graph.subjects(SKOS.prefLabel, Literal("Falls", lang="en-GB")))
        graph.set((falls, SKOS.prefLabel, Literal("Preventing falls", lang="en-GB")))
        graph.set((falls, SKOS.altLabel, Literal("Trips", lang="en-GB")))
        graph.remove((falls, None, URIRef(str(falls).replace("falls", "safety"))))
        graph.remove((URIRef(str(falls).replace("falls", "safety")), SKOS.narrower, falls))
        graph.serialize(path)
        told = take(path, "--apply")
        assert told["renamed"] == [["Falls", "Preventing falls"]]
        assert told["moved"] == ["Preventing falls"]
        old.refresh_from_db()
        assert old.name == "Preventing falls"
        assert [term.text for term in old.entry_terms.all()] == ["Trips"]
        assert not old.broader_edges.exists()

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("x:1 a skos:Concept .", "has no preferred label"),
            ('x:1 a skos:Concept ; skos:prefLabel "Fall"@en .', "is the same name as “Falls”"),
            ('x:1 a skos:Concept ; skos:prefLabel "A"@en ; skos:altLabel "FALLS"@en .', "“FALLS” leads to Falls"),
            ('x:1 a skos:Concept ; skos:prefLabel "A"@en ; skos:broader x:9 .', "a broader topic that is not there"),
            (
                'x:1 a skos:Concept ; skos:prefLabel "A"@en ; skos:broader x:2 . x:2 a skos:Concept ; skos:prefLabel "B"@en ; skos:broader x:1 .',
                "would be broader than each other",
            ),
            (
                'x:1 a skos:Concept ; skos:prefLabel "A"@en ; skos:note "x"^^<http://www.w3.org/2001/XMLSchema#date> .',
                "not what it claims to be",
            ),
        ],
    )
    def test_what_cannot_be_taken_over_is_told(self, tmp_path: Path, text: str, problem: str) -> None:
        TopicFactory(name="Falls")
        told = take(written(tmp_path, TURTLE + text), "--apply")
        assert problem in " ".join(told["problems"])

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("Hello, this is a letter.", "neither Turtle, RDF/XML nor JSON-LD"),
            ("", "no skos:Concept"),
            ('{"@context": "http://elsewhere.example/"}', "context at another address"),
            ('[{"@graph": [{"@context": [{}, "http://elsewhere.example/"]}]}]', "context at another address"),
            ('{"@context": {"t": {"@id": "x:t", "@context": "file:///etc/passwd"}}}', "context at another address"),
            ('{"@context": {"@version": 1.1, "@import": "http://elsewhere.example/"}}', "context at another address"),
            ('{"@context": ', "begins like JSON but is none"),
            ("[" * 100_000, "begins like JSON but is none"),
            ('{"name": "No vocabulary"}', "no skos:Concept"),
            ("<rdf:RDF", "neither Turtle, RDF/XML nor JSON-LD"),
            (TURTLE, "no skos:Concept"),
        ],
    )
    def test_what_is_no_vocabulary_is_refused(self, tmp_path: Path, text: str, reason: str) -> None:
        with pytest.raises(CommandError, match=reason):
            take(written(tmp_path, text))
        with pytest.raises(CommandError, match="There is no file"):
            take(tmp_path / "none.ttl")

    def test_json_with_its_context_written_out_is_taken_over(self, tmp_path: Path) -> None:
        path = written(
            tmp_path,
            json.dumps(
                {
                    "@context": {"skos": str(SKOS), "label": {"@id": "skos:prefLabel", "@language": "en"}},
                    "@graph": [
                        {"@id": "http://v.example/1", "@type": "skos:Concept", "label": "Wound care"},
                        {
                            "@id": "http://v.example/2",
                            "@type": "skos:Concept",
                            "label": "Pressure ulcers",
                            "skos:broader": {"@id": "http://v.example/1"},
                        },
                    ],
                }
            ),
            "file.jsonld",
        )
        assert set(take(path, "--apply")["new"]) == {"Pressure ulcers", "Wound care"}
        assert [edge.broader.name for edge in TopicEdge.objects.filter(narrower__name="Pressure ulcers")] == [
            "Wound care"
        ]

    @pytest.mark.parametrize(
        ("text", "names", "problem"),
        [
            (
                (
                    "x:a a skos:ConceptScheme . x:b a skos:ConceptScheme . x:1 a skos:Concept ; skos:inScheme x:a ; "
                    'skos:prefLabel "One"@en . x:2 a skos:Concept ; skos:inScheme x:b ; skos:prefLabel "Two"@en .'
                ),
                ["One", "Two"],
                "",
            ),
            ('x:1 a skos:Concept ; skos:prefLabel "No language" .', ["No language"], ""),
            ('x:1 a skos:Concept ; skos:prefLabel "Nur deutsch"@de .', ["Nur deutsch"], ""),
            ('x:1 a skos:Concept ; skos:prefLabel "Numbered"@en ; skos:notation "12.3" .', ["Numbered"], ""),
            (
                'x:1 a skos:Concept ; skos:prefLabel "Own circle"@en ; skos:broader x:1 .',
                ["Own circle"],
                "Own circle would be broader than itself",
            ),
            (
                (
                    "@prefix xl: <http://www.w3.org/2008/05/skos-xl#> . x:1 a skos:Concept ; xl:prefLabel x:l . "
                    'x:l a xl:Label ; xl:literalForm "Label of a label"@en .'
                ),
                [],
                "has no preferred label",
            ),
        ],
    )
    def test_each_kind_of_vocabulary_is_read(self, tmp_path: Path, text: str, names: list[str], problem: str) -> None:
        told = take(written(tmp_path, TURTLE + text), "--apply")
        assert told["new"] == names
        assert sorted(Topic.objects.values_list("name", flat=True)) == names
        assert (problem in " ".join(told["problems"])) if problem else told["problems"] == []
        assert not TopicEdge.objects.exists()

    def test_packed_files_are_unpacked_and_noise_is_refused(self, tmp_path: Path) -> None:
        text = TURTLE + 'x:1 a skos:Concept ; skos:prefLabel "Packed"@en .'
        packed = tmp_path / "packed.ttl.gz"
        packed.write_bytes(gzip.compress(text.encode()))
        assert take(packed)["new"] == ["Packed"]
        packed.write_bytes(gzip.compress(text.encode())[:-12])
        with pytest.raises(CommandError, match="compressed file is broken"):
            take(packed)
        noise = tmp_path / "noise.ttl"
        noise.write_bytes(bytes(range(256)) * 20)
        with pytest.raises(CommandError, match="neither Turtle, RDF/XML nor JSON-LD"):
            take(noise)

    @needs_shared
    def test_every_vocabulary_of_others_is_taken_over_or_refused_with_a_reason(self) -> None:
        refused = set()
        for path in sorted(SHARED.glob("*")):
            try:
                told = take(path)
            except CommandError as refusal:
                refused.add((path.name, str(refusal).startswith(f"{path.name} is refused. The file ")))
            else:
                assert told["found"] > 0
                assert all(len(problem) > 10 for problem in told["problems"])
        assert refused == {
            ("ORIGIN.md", True),
            ("skosmos-default_graph.ttl", True),
            ("skosmos-myns-ontology.ttl", True),
            ("skosmos-test-marc.ttl", True),
        }


class TestMesh:
    def file(self, tmp_path: Path, *records: tuple[str, str, str, str]) -> Path:
        body = "".join(
            RECORD.format(
                ui=ui,
                name=name,
                other=other,
                places="".join(f"<TreeNumber>{place}</TreeNumber>" for place in places.split()),
            )
            for ui, name, other, places in records
        )
        return written(tmp_path, f"<DescriptorRecordSet>{body}</DescriptorRecordSet>", "desc2026.xml")

    def test_headings_come_beside_the_topics_with_what_is_odd(self, tmp_path: Path) -> None:
        path = self.file(
            tmp_path,
            ("D1", "Accidental Falls", "Slips", "N06.1"),
            ("D2", "Strabismus", "Squint", "C10.1 C11.2.1"),
            ("D3", "Eye Disorders", "x", "C10.1.5 C11.2"),
            ("D4", "Nowhere", "y", ""),
        )
        told = take(path, "--apply")
        assert (told["found"], told["new"], told["names"]) == (4, 4, 4)
        problems = " ".join(told["problems"])
        assert "Strabismus, Eye Disorders" in problems
        assert "Nowhere (D4) has no place in the tree." in problems
        assert Scheme.objects.get().version == "2026"
        assert "National Library of Medicine" in told["attribution"]
        assert Topic.objects.count() == 0
        assert Concept.objects.get(identifier="D1").note == "What it is."
        again = take(path, "--apply")
        assert (again["new"], again["changed"], again["missing"]) == (0, 0, 0)

    def test_a_new_year_changes_and_removes(self, tmp_path: Path) -> None:
        take(
            self.file(tmp_path, ("D1", "Falls", "a", "N1"), ("D2", "Gone", "b", "N2"), ("D3", "Kept", "c", "N3")),
            "--apply",
        )
        TopicMapping.objects.create(topic=TopicFactory(), concept=Concept.objects.get(identifier="D3"))
        told = take(self.file(tmp_path, ("D1", "Accidental Falls", "a", "N1")), "--apply", "--year", "2027")
        assert (told["changed"], told["missing"]) == (1, 1)
        assert set(Concept.objects.values_list("label", flat=True)) == {"Accidental Falls", "Kept"}

    def test_a_file_that_breaks_off_changes_nothing(self, tmp_path: Path) -> None:
        path = self.file(tmp_path, ("D1", "Falls", "a", "N1"))
        path.write_text(path.read_text()[:-40])
        with pytest.raises(CommandError, match="breaks off"):
            take(path, "--apply")
        assert not Concept.objects.exists()

    def test_a_heading_becomes_a_topic_when_a_librarian_adopts_it(self, tmp_path: Path) -> None:
        EntryTerm.objects.create(topic=TopicFactory(name="Stumbling"), text="Trips")
        take(self.file(tmp_path, ("D1", "Accidental Falls", "Trips", "N1")), "--apply")
        concept, home = Concept.objects.get(), TopicFactory(name="Safety")
        desk = signed_in(librarian())
        answer = desk.post(
            f"/admin/taxonomy/concept/{concept.pk}/adopt/", {"confirm-name": "Falls", "confirm-broader": home.pk}
        )
        assert answer.status_code == 302
        topic = Topic.objects.get(name="Falls")
        assert [term.text for term in topic.entry_terms.all()] == ["Accidental Falls"]
        assert topic.mappings.get().concept == concept
        assert list(Topic.objects.parents_of(topic)) == [home]
        assert (
            "National Library of Medicine" in desk.get(f"/admin/taxonomy/concept/{concept.pk}/change/").content.decode()
        )

    def test_circles_are_found_without_recursion(self) -> None:
        long = {str(number): {str(number + 1)} for number in range(5_000)}
        assert mesh.circles({**long, "a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"e"}}) == [
            ["e"],
            ["a", "b", "c"],
        ]


class TestPublicData:
    def test_a_topic_and_the_list_are_there_as_data(self, client: Client, vocabulary: None) -> None:
        term = client.get(reverse("topic-data-json", args=["falls"]))
        assert term["Content-Type"] == "application/ld+json"
        assert term.json()["@type"] == "DefinedTerm"
        assert (
            "accidental falls" in [name.lower() for name in term.json()["alternateName"]]
            or term.json()["alternateName"]
        )
        one = Graph().parse(data=client.get(reverse("topic-data-turtle", args=["falls"])).content, format="turtle")
        assert [str(label) for label in one.objects(None, SKOS.prefLabel)] == [term.json()["name"]]
        everything = Graph().parse(data=client.get(reverse("vocabulary-turtle")).content, format="turtle")
        labels = {str(label) for label in everything.objects(None, SKOS.prefLabel)}
        assert {"Old falls", "Gone"} <= labels
        assert "Perhaps" not in labels
        assert "json" in client.get(reverse("vocabulary-json"))["Content-Type"]
        page = client.get(reverse("topic", args=["falls"])).content.decode()
        assert '"@type": "DefinedTerm"' in page or '"@type":"DefinedTerm"' in page

    def test_a_suggested_topic_is_not_told(self, client: Client, vocabulary: None) -> None:
        for name in ("topic-data-json", "topic-data-turtle"):
            assert client.get(reverse(name, args=["perhaps"])).status_code == 404
