"""SKOS in and out, with rdflib. What SKOS has no word for stands under a name of our own (`OWN`)."""

import gzip
import io
import json
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from taxonomy.exchange.entries import Entry, Unreadable, Vocabulary
from taxonomy.models import RelatedTopics, Topic, TopicEdge, TopicMapping

OWN = Namespace("urn:knowledge-portal:vocabulary:")
MESH = "http://id.nlm.nih.gov/mesh/"
LARGEST = 100_000_000
# English first, then a label without a language: many small vocabularies say none.
LANGUAGES = ("en-gb", "en", "en-us", "")
FORMATS = {"turtle": "text/turtle", "json-ld": "application/ld+json", "xml": "application/rdf+xml"}


# --- In ---


def read(data: bytes) -> Vocabulary:
    """Return what a SKOS file holds: Turtle, N-Triples, RDF/XML or JSON-LD, also gzipped. Raises Unreadable."""
    if data[:2] == b"\x1f\x8b":
        data = unzipped(data)
    graph = Graph()
    beginning = data.lstrip()[:1]
    if beginning in (b"{", b"["):
        form = "json-ld"
        _refuse_what_lies_elsewhere(data)
    else:
        form = "xml" if beginning == b"<" and b"<rdf:RDF" in data[:20_000] else "turtle"
    vocabulary = Vocabulary()
    with _told_in(vocabulary.problems):
        try:
            # rdflib's reader of JSON-LD uses what rdflib itself has deprecated.
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                graph.parse(data=data, format=form)
        except Exception as problem:  # rdflib's parsers raise whatever they run into
            raise Unreadable(f"The file is neither Turtle, RDF/XML nor JSON-LD: {_first_line(problem)}") from problem
        concepts = sorted({node for node in graph.subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef)})
        if not concepts:
            raise Unreadable("The file holds no skos:Concept.")
        for concept in concepts:
            entry = _entry(graph, concept, vocabulary.problems)
            if entry is not None:
                vocabulary.entries.append(entry)
    return vocabulary


def _refuse_what_lies_elsewhere(data: bytes) -> None:
    """Raise Unreadable where the JSON is none, or names a context by its address: rdflib would go and fetch it."""
    try:
        waiting: list[object] = [json.loads(data)]
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"The file begins like JSON but is none: {_first_line(problem)}") from problem
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if "@import" in value or not _is_written_out(value.get("@context")):
                raise Unreadable(
                    "The file leans on a context at another address, which is not fetched. Save it with the context "
                    "written out, or as Turtle (.ttl)."
                )
            waiting += value.values()


def _is_written_out(context: object) -> bool:
    if isinstance(context, list):
        return all(_is_written_out(one) for one in context)
    return context is None or isinstance(context, dict)


def beginning_of_zipped(file: Path) -> bytes:
    """Return the first bytes of a gzipped file's content. Raises Unreadable where it is broken."""
    try:
        with gzip.open(file) as opened:
            return opened.read(4_000)
    except (OSError, EOFError) as problem:
        raise Unreadable("The compressed file is broken.") from problem


def unzipped(data: bytes) -> bytes:
    """Return the content of a gzipped file. Raises Unreadable where it is broken or too large."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError) as problem:
        raise Unreadable("The compressed file is broken.") from problem
    if len(content) > LARGEST:
        raise Unreadable("The file is larger than 100 MB.")
    return content


def _entry(graph: Graph, concept: URIRef, problems: list[str]) -> Entry | None:
    name = _in_english(graph, concept, SKOS.prefLabel)
    if not name:
        problems.append(f"{concept} has no preferred label, so it is left out.")
        return None
    names = [*_all_in_english(graph, concept, SKOS.altLabel), *_all_in_english(graph, concept, SKOS.hiddenLabel)]
    main = [str(node) for node in graph.objects(concept, OWN.mainBroader)]
    above = {str(node) for node in graph.objects(concept, SKOS.broader)}
    above |= {str(node) for node in graph.subjects(SKOS.narrower, concept)}
    related = {str(node) for node in graph.objects(concept, SKOS.related)}
    related |= {str(node) for node in graph.subjects(SKOS.related, concept)}
    deprecated = any(str(node).lower() in {"true", "1"} for node in graph.objects(concept, OWL.deprecated))
    instead = sorted(str(node) for node in graph.objects(concept, DCTERMS.isReplacedBy))
    return Entry(
        uri=str(concept),
        name=name,
        slug=_first(graph.objects(concept, OWN.slug)),
        names=sorted(set(names) - {name}),
        scope_note=_in_english(graph, concept, SKOS.scopeNote) or _in_english(graph, concept, SKOS.definition),
        key_message=_in_english(graph, concept, OWN.keyMessage),
        status=_first(graph.objects(concept, OWN.status)) or ("retired" if deprecated else ""),
        broader=[*main, *sorted(above - set(main))],
        related=sorted(related - {str(concept)}),
        instead=instead[0] if instead else "",
    )


def _literals(graph: Graph, concept: URIRef, name: Node) -> list[tuple[int, str]]:
    found = []
    for value in graph.objects(concept, name):
        if isinstance(value, Literal):
            language = (value.language or "").lower()
            rank = LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)
            found.append((rank, " ".join(str(value).split()) if name != OWN.keyMessage else str(value)))
    return sorted(found)


def _in_english(graph: Graph, concept: URIRef, name: Node) -> str:
    """Return the value in the best language there is, "" where there is none."""
    found = _literals(graph, concept, name)
    return found[0][1] if found else ""


def _all_in_english(graph: Graph, concept: URIRef, name: Node) -> list[str]:
    """Return every value in English or without a language."""
    return [text for rank, text in _literals(graph, concept, name) if rank < len(LANGUAGES) and text]


def _first(nodes: Iterable[Node]) -> str:
    return min((str(node) for node in nodes), default="")


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0][:200] if str(problem).strip() else type(problem).__name__


class _Collector(logging.Handler):
    def __init__(self, problems: list[str]) -> None:
        super().__init__()
        self.problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line: rdflib logs whole tracebacks for a date that is none."""
        reason = record.exc_info[1] if record.exc_info else None
        self.problems.append(
            f"A value is not what it claims to be: {reason or record.getMessage().splitlines()[0]}"[:250]
        )


@contextmanager
def _told_in(problems: list[str]) -> Iterator[None]:
    """Collect what rdflib would write to the log."""
    logger, handler = logging.getLogger("rdflib"), _Collector(problems)
    propagates = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates


# --- Out ---


def scheme_uri() -> URIRef:
    """Return what the whole vocabulary is called: the address of the list of topics."""
    return URIRef(settings.PORTAL_URL + reverse("topics"))


def topic_uri(topic: Topic) -> URIRef:
    """Return what a topic is called: the address of its page."""
    return URIRef(settings.PORTAL_URL + topic.get_absolute_url())


def graph_of(topics: Iterable[Topic], *, everything: bool = False) -> Graph:
    """Return these topics in SKOS. `everything`: also what is not public, for moving a vocabulary to another portal.

    Public are topics that have a page. A constant number of queries.
    """
    graph = Graph()
    for prefix, space in (("skos", SKOS), ("dct", DCTERMS), ("owl", OWL), ("portal", OWN)):
        graph.bind(prefix, space)
    scheme = scheme_uri()
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, DCTERMS.title, Literal(settings.BRAND["service_name"], lang="en-GB")))
    chosen = list(topics)
    keys = [topic.pk for topic in chosen]
    for topic in (
        Topic.objects.filter(pk__in=keys)
        .select_related("merged_into", "successor")
        .prefetch_related(
            "entry_terms",
            Prefetch("broader_edges", TopicEdge.objects.select_related("broader")),
            Prefetch("mappings", TopicMapping.objects.select_related("concept__scheme")),
        )
    ):
        _add(graph, topic, scheme, everything=everything)
    pairs = RelatedTopics.objects.select_related("first", "second").filter(first__in=keys)
    for pair in [*pairs, *RelatedTopics.objects.select_related("first", "second").filter(second__in=keys)]:
        if everything or {pair.first.status, pair.second.status} <= {Topic.Status.ACTIVE}:
            graph.add((topic_uri(pair.first), SKOS.related, topic_uri(pair.second)))
            graph.add((topic_uri(pair.second), SKOS.related, topic_uri(pair.first)))
    return graph


def _add(graph: Graph, topic: Topic, scheme: URIRef, *, everything: bool) -> None:
    uri = topic_uri(topic)
    graph.add((uri, RDF.type, SKOS.Concept))
    graph.add((uri, SKOS.inScheme, scheme))
    graph.add((uri, SKOS.prefLabel, Literal(topic.name, lang="en-GB")))
    graph.add((uri, OWN.slug, Literal(topic.slug)))
    graph.add((uri, OWN.status, Literal(topic.status)))
    if topic.scope_note:
        graph.add((uri, SKOS.scopeNote, Literal(topic.scope_note, lang="en-GB")))
    if topic.key_message:
        graph.add((uri, OWN.keyMessage, Literal(topic.key_message, lang="en-GB")))
    for term in topic.entry_terms.all():
        graph.add((uri, SKOS.altLabel, Literal(term.text, lang="en-GB")))
    edges = [edge for edge in topic.broader_edges.all() if everything or edge.broader.status == Topic.Status.ACTIVE]
    for edge in edges:
        graph.add((uri, SKOS.broader, topic_uri(edge.broader)))
        graph.add((topic_uri(edge.broader), SKOS.narrower, uri))
        if edge.is_primary:
            graph.add((uri, OWN.mainBroader, topic_uri(edge.broader)))
    if not edges and topic.status == Topic.Status.ACTIVE:
        graph.add((uri, SKOS.topConceptOf, scheme))
        graph.add((scheme, SKOS.hasTopConcept, uri))
    if topic.status in (Topic.Status.RETIRED, Topic.Status.MERGED):
        graph.add((uri, OWL.deprecated, Literal(True)))
    instead = topic.merged_into or topic.successor
    if instead is not None:
        graph.add((uri, DCTERMS.isReplacedBy, topic_uri(instead)))
    for mapping in topic.mappings.all():
        if mapping.concept.scheme.name == "mesh":
            match = SKOS.exactMatch if mapping.match == TopicMapping.Match.EXACT else SKOS.closeMatch
            graph.add((uri, match, URIRef(MESH + mapping.concept.identifier)))


def defined_term(topic: Topic) -> dict[str, object]:
    """Return a topic as schema.org's DefinedTerm, in JSON-LD. `topic` comes from `with_other_names`."""
    description = topic.scope_note or topic.key_message
    return {
        "@context": "https://schema.org",
        "@type": "DefinedTerm",
        "@id": str(topic_uri(topic)),
        "name": topic.name,
        "termCode": topic.slug,
        "url": str(topic_uri(topic)),
        **({"alternateName": list(topic.other_names)} if topic.other_names else {}),  # type: ignore[attr-defined]
        **({"description": description} if description else {}),
        "inDefinedTermSet": {
            "@type": "DefinedTermSet",
            "@id": str(scheme_uri()),
            "name": settings.BRAND["service_name"],
        },
    }
