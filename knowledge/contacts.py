"""Whom a topic's page names: the topic's champions; and how they follow when topics are merged."""

from catalogue.people import Contact
from catalogue.querysets import Reader
from knowledge.models import ChampionProfile, Community, Invitation
from taxonomy.attached import rows_of
from taxonomy.hooks import Attached
from taxonomy.models import Topic

SHOWN = 6


def champions_of(topic: Topic, user: Reader) -> list[Contact]:
    """Return the champions of the topic or a narrower one whom the directory shows this reader. One query."""
    found = (
        ChampionProfile.objects.shown_to(user)
        .filter(topics__ancestor_rows__ancestor=topic, is_listed=True)
        .prefetch_related(None)
        .distinct()
    )
    return [
        Contact(
            name=profile.user.get_full_name(),
            url=profile.get_absolute_url(),
            organisation=profile.user.organisation.name if profile.user.organisation else "",
            about=profile.about,
        )
        for profile in found[:SHOWN]
    ]


def attached_to_topics() -> list[Attached]:
    """Return what know-how keeps about topics: who covers them, which communities care, who was invited."""
    return [
        rows_of(
            ChampionProfile.topics.through, topic="topic", owner="championprofile", name="champions", label="champions"
        ),
        rows_of(
            Community.topics.through,
            topic="topic",
            owner="community",
            name="communities",
            label="communities of practice",
        ),
        rows_of(
            Invitation,
            topic="topic",
            owner="person",
            name="invitations",
            label="invitations to champions",
            once=False,
        ),
    ]
