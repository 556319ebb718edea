"""What the demonstration says about topics: key messages, and pairs that are worth knowing together."""

from typing import Any

from taxonomy.models import RelatedTopics, Topic


def load_topics(content: dict[str, Any]) -> None:
    """Give topics without a key message the invented one, and make the pairs. Topics that are not there are passed."""
    for slug, message in content["key_messages"].items():
        Topic.objects.filter(slug=slug, key_message="").update(key_message=message)
    for first, second in _pairs(content):
        RelatedTopics.objects.get_or_create(first_id=first, second_id=second)


def clear_topics(content: dict[str, Any]) -> None:
    """Take the invented messages away where nobody changed them, and the pairs."""
    for slug, message in content["key_messages"].items():
        Topic.objects.filter(slug=slug, key_message=message).update(key_message="")
    for first, second in _pairs(content):
        RelatedTopics.objects.filter(first=first, second=second).delete()


def _pairs(content: dict[str, Any]) -> list[tuple[int, int]]:
    keys = dict(Topic.objects.values_list("slug", "pk"))
    pairs = [(keys[first], keys[second]) for first, second in content["related"] if first in keys and second in keys]
    return [(min(pair), max(pair)) for pair in pairs]
