"""The tables behind search. `catalogue.search` writes and reads them, nothing else does; docs/search.md explains them.

They stand outside that package because `catalogue.models` brings them to Django, and the package needs those models.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from pgvector.django import HalfVectorField, HnswIndex, SparseVectorField

DIMENSIONS = 2**28
TIERS = 8
# Of the vectors that say what a text means.
NUMBERS = 384


class SearchEntry(models.Model):
    """How one item is found. Items that no list may show have none.

    weights: BM25 without the part that depends on other documents, by lexeme; `words.dimension` numbers the lexemes.
    keys: dimension × 8 + tier of every stem, up to the tier its weight reaches. filter_keys: a number for each value that
    a filter can ask for (`search.filterkeys`), in the index of `keys`, so that both are asked at once. words: the folded
    words with their places, unstemmed. title_key: the folded title. identifiers: DOI, PMID, ISBN in the form their kind gives them.
    length: in lexemes, the title's counted twice. content_hash: of all that the entry was made from.
    """

    item = models.OneToOneField(
        "catalogue.Item", on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    weights = SparseVectorField(dimensions=DIMENSIONS)
    keys = ArrayField(models.IntegerField())
    filter_keys = ArrayField(models.IntegerField(), default=list)
    words = SearchVectorField()
    title_key = models.TextField()
    identifiers = ArrayField(models.TextField(), default=list)
    length = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=32)

    class Meta:
        verbose_name = "search entry"
        verbose_name_plural = "search entries"
        indexes: ClassVar = [
            GinIndex(fields=["keys", "filter_keys"], name="search_entry_all_keys"),
            GinIndex(fields=["words"], name="search_entry_words"),
            GinIndex(fields=["identifiers"], name="search_entry_identifiers"),
            HashIndex(fields=["title_key"], name="search_entry_title"),
            models.Index(fields=["title_key"], name="search_entry_title_begins", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.title_key


class SearchMeaning(models.Model):
    """What the text of one entry means: a vector of length 1, filled in the background after the entry is written.

    Has a row for each entry; is_due where the entry was written since. entry_hash: of that entry. text_hash: of the text
    and the model, so that an entry written anew with the same words keeps its vector.
    """

    item = models.OneToOneField(
        "catalogue.Item", on_delete=models.CASCADE, primary_key=True, related_name="search_meaning"
    )
    vector = HalfVectorField(dimensions=NUMBERS, null=True)
    entry_hash = models.CharField(max_length=32)
    text_hash = models.CharField(max_length=32, blank=True)
    is_due = models.BooleanField(default=True)

    class Meta:
        verbose_name = "meaning of an entry"
        verbose_name_plural = "meanings of entries"
        indexes: ClassVar = [
            HnswIndex(
                fields=["vector"],
                name="search_meaning_nearest",
                m=16,
                ef_construction=64,
                opclasses=["halfvec_ip_ops"],
            ),
            models.Index(fields=["item"], name="search_meaning_due", condition=models.Q(is_due=True)),
        ]

    def __str__(self) -> str:
        return f"Meaning of {self.item_id}"


class SearchCount(models.Model):
    """How many more or fewer entries hold a key since the counts were last added up; a key's rows are summed.

    Rows are only ever added while items are saved, so that two editors never wait for one row; the nightly sweep adds
    them up. The key -1 counts the entries themselves, -2 those of them whose meaning is known; filter keys are below these.
    """

    ALL_ENTRIES = -1
    ALL_MEANINGS = -2

    key = models.IntegerField()
    documents = models.IntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key"], include=["documents"], name="search_count_key")]

    def __str__(self) -> str:
        return f"{self.key}: {self.documents:+}"


class SearchWord(models.Model):
    """A word as writers spell it and how many entries held it when they were written: what "did you mean" knows."""

    word = models.CharField(max_length=64)
    documents = models.IntegerField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["word"], name="search_word_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word


class SearchMeasure(models.Model):
    """The one row of what is frozen while entries are written: the average length of a document, in lexemes."""

    average_length = models.FloatField()

    def __str__(self) -> str:
        return f"Average length {self.average_length}"
