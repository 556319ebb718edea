"""Lists that people make of items, and what stands in them."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from catalogue.models import Item
from lists.querysets import SavedItemQuerySet, SavedListQuerySet

# Letters and digits that nobody confuses when reading an address aloud.
KEY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
KEY_LENGTH = 8
TITLE_LENGTH = 120
NOTE_LENGTH = 500


def new_key() -> str:
    """Return a key that cannot be guessed: 31 to the power of 8 are possible."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(KEY_LENGTH))


class Sharing(models.TextChoices):
    """Who may open a list. Which of its items they see depends on each item."""

    PRIVATE = "private", "Only me"
    ORGANISATION = "organisation", "Staff of my organisation"
    LINK = "link", "Anyone who has the address"


class SavedList(models.Model):
    """A list. is_default: the one that a tap on "Save" puts items into; each person has one at most."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_lists")
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    title = models.CharField(max_length=TITLE_LENGTH)
    introduction = models.TextField(blank=True)
    visibility = models.CharField(max_length=15, choices=Sharing, default=Sharing.PRIVATE)
    is_default = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SavedListQuerySet.as_manager()

    class Meta:
        verbose_name = "saved list"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner"], condition=Q(is_default=True), name="saved_list_one_default"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The list's short address."""
        return reverse("lists:list", args=[self.key])


class SavedItem(models.Model):
    """That an item stands in a list: at which place, and what its owner says of it."""

    saved_list = models.ForeignKey(SavedList, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="saves")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    position = models.PositiveIntegerField()
    saved_at = models.DateTimeField(auto_now_add=True)

    objects = SavedItemQuerySet.as_manager()

    class Meta:
        verbose_name = "saved item"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["saved_list", "item"], name="saved_item_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.saved_list_id}"
