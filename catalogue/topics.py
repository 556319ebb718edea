"""The manager behind `item.topics`: it takes topics and refuses words."""

from typing import Any

from taggit.managers import _TaggableManager


class ChosenTopicsManager(_TaggableManager):
    """taggit's manager, which would make a new tag from any string, without that."""

    def _to_tag_model_instances(self, tags: Any, tag_kwargs: Any) -> Any:
        """Raise TypeError for a string: topics are chosen from the list, never typed into being."""
        words = [tag for tag in tags if isinstance(tag, str)]
        if words:
            raise TypeError(f"Topics are chosen from the list, so {words[0]!r} cannot be added as words.")
        return super()._to_tag_model_instances(tags, tag_kwargs)
