"""The log of searches: words and numbers, no people, no networks, no moments."""

from typing import ClassVar

from django.db import models

WORDS_LENGTH = 120


class Search(models.Model):
    """The same words, searched for some number of times within the last weeks.

    times_without: how often nothing held any of the words. found: how many results there were the last time.
    """

    words = models.CharField(max_length=WORDS_LENGTH, unique=True)
    times = models.PositiveIntegerField(default=0)
    times_without = models.PositiveIntegerField("without a result", default=0)
    found = models.PositiveIntegerField("results the last time", default=0)
    last_asked = models.DateField()

    class Meta:
        verbose_name = "search by readers"
        verbose_name_plural = "searches by readers"
        indexes: ClassVar = [
            models.Index(fields=["last_asked"], name="search_last_asked"),
            models.Index(fields=["-times_without"], name="search_times_without"),
        ]

    def __str__(self) -> str:
        return self.words
