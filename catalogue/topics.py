"""The manager behind `item.topics`: it takes topics and refuses words."""

from typing import Any

from django.db import transaction
from taggit.managers import _TaggableManager

from taxonomy.services.following import current


class ChosenTopicsManager(_TaggableManager):
    """taggit's manager, which would make a new tag from any string, without that."""

    def _to_tag_model_instances(self, tags: Any, tag_kwargs: Any) -> Any:
        """Raise TypeError for a string: topics are chosen from the list, never typed into being."""
        words = [tag for tag in tags if isinstance(tag, str)]
        if words:
            raise TypeError(f"Topics are chosen from the list, so {words[0]!r} cannot be added as words.")
        return current(super()._to_tag_model_instances(tags, tag_kwargs))

    def add(self, *tags: Any, **kwargs: Any) -> None:
        """Add topics; one that is merged at this moment is added as the topic it becomes part of."""
        with transaction.atomic():
            super().add(*tags, **kwargs)

    def set(self, tags: Any, **kwargs: Any) -> None:
        """Make these the topics, with the same care."""
        with transaction.atomic():
            super().set(tags, **kwargs)
