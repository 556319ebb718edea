"""Topics on which colleagues could tell something that is missing, with the champions to ask."""

from collections import defaultdict
from dataclasses import dataclass

from catalogue.map.choices import MapChoices, Rows
from catalogue.map.presenting import evidence_map
from catalogue.querysets import Reader
from knowledge.models import ChampionProfile, Invitation
from taxonomy.models import Topic, TopicClosure

# The gaps of the evidence map that know-how would fill, in the order in which they are shown.
FILLED_BY_KNOWHOW = ("evidence-without-experience", "blank")


@dataclass(frozen=True)
class TopicToAsk:
    """A topic with a gap, the champions who cover it or a broader one, and how many invitations to it are open."""

    topic: Topic
    champions: list[ChampionProfile]
    open_invitations: int


@dataclass(frozen=True)
class GapToFill:
    """One sort of gap, its rule in words, and its topics."""

    label: str
    rule: str
    topics: list[TopicToAsk]


def gaps_to_fill(user: Reader) -> list[GapToFill]:
    """Return the gaps that know-how would fill, as this person sees the evidence map.

    Topics with a champion to ask come first. Three queries and the map's."""
    found = {one.gap.name: one for one in evidence_map(MapChoices(rows=Rows.EVERY), user).gaps}
    champions = _champions_by_topic()
    waiting: dict[int, int] = defaultdict(int)
    for topic_id in Invitation.objects.filter(answered_by=None).values_list("topic_id", flat=True):
        waiting[topic_id] += 1
    return [
        GapToFill(
            label=found[name].gap.label,
            rule=found[name].gap.rule,
            topics=sorted(
                (TopicToAsk(topic, champions.get(topic.pk, []), waiting[topic.pk]) for topic, _ in found[name].topics),
                key=lambda row: not row.champions,
            ),
        )
        for name in FILLED_BY_KNOWHOW
        if name in found
    ]


def _champions_by_topic() -> dict[int, list[ChampionProfile]]:
    """Return, by topic, the champions who cover it or one of the topics above it."""
    profiles = {profile.pk: profile for profile in ChampionProfile.objects.granted().select_related("user")}
    covered: dict[int, list[int]] = defaultdict(list)
    through = ChampionProfile.topics.through._default_manager.filter(championprofile__in=profiles)
    for profile_id, topic_id in through.values_list("championprofile_id", "topic_id"):
        covered[topic_id].append(profile_id)
    reached: dict[int, set[int]] = defaultdict(set)
    below = TopicClosure.objects.filter(ancestor__in=covered).values_list("ancestor_id", "descendant_id")
    for ancestor, descendant in [*below, *((topic, topic) for topic in covered)]:
        reached[descendant].update(covered[ancestor])
    return {
        topic: sorted((profiles[pk] for pk in pks), key=lambda profile: (profile.user.name, profile.pk))
        for topic, pks in reached.items()
    }
