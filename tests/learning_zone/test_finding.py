"""Words and filters of the list of learning: they narrow together, and every number is true."""

import random
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from catalogue.bulk import insert_items
from catalogue.choices import KindName, Phrase, Status
from catalogue.models import ItemTopic
from catalogue.search import index_many
from learning_zone.choices import Access, Cost, Level
from learning_zone.finding import Choices, find_learning
from learning_zone.models import LearningResource
from tests.factories import TopicFactory, UserFactory
from tests.learning_zone.factories import LearningFactory

pytestmark = pytest.mark.django_db

READER = AnonymousUser()


def fill(number: int, chance: random.Random, **values: object) -> None:
    """Insert resources about falls, each unlike the others."""
    topics = [TopicFactory(name=f"Topic {place}") for place in range(3)]
    keys = insert_items(
        [
            LearningResource(
                kind=KindName.LEARNING,
                status=Status.PUBLISHED,
                published_at=timezone.now(),
                **{
                    "title": f"Falls {place}",
                    "form": chance.choice(["course", "reading", "podcast"]),
                    "minutes": chance.choice([None, 10, 15, 30, 50, 200, 500]),
                    "level": chance.choice(Level.values),
                    "cost": chance.choice(Cost.values),
                    "access": chance.choice(Access.values),
                    "phrases": chance.sample(Phrase.values, 2),
                    **values,
                },
            )
            for place in range(number)
        ]
    )
    ItemTopic.objects.bulk_create(ItemTopic(content_object_id=key, tag=chance.choice(topics)) for key in keys)
    index_many(keys)


def test_words_and_filters_narrow_together_however_many_the_words_find() -> None:
    fill(150, random.Random(1), title="Falls, falls and falls again", minutes=300)
    short = LearningFactory(title="A guide", summary="A last word on falls.", minutes=10)
    found = find_learning(Choices(q="falls", time=("15",)), READER)
    assert [item.pk for item in found.page.object_list] == [short.pk]
    assert find_learning(Choices(q="falls"), READER).total == 151
    assert find_learning(Choices(q="nothing of the kind"), READER).total == 0


@pytest.mark.parametrize(("reader", "words"), [("anybody", ""), ("staff", "falls")])
def test_each_number_is_what_choosing_the_option_gives(reader: str, words: str) -> None:
    user = UserFactory(staff=True) if reader == "staff" else READER
    fill(40, random.Random(2))
    LearningFactory(title="For staff about falls", visibility="members", topics=[TopicFactory()])
    for choices in (
        Choices(q=words),
        Choices(q=words, level=("introduction",), cost=("free", "funded")),
        Choices(q=words, time=("60",), phrase=("build",)),
    ):
        for facet, _ in find_learning(choices, user).facets:
            for option in facet.options:
                one = replace(choices, **{facet.name: (option.value,)})
                assert option.count == find_learning(one, user).total, (choices, facet.name, option)


def test_pages_hold_each_resource_once_and_one_beyond_the_last_gives_the_last() -> None:
    fill(25, random.Random(3))
    pages = [find_learning(Choices(q="falls"), READER, page=str(number)).page for number in (1, 2, 3)]
    keys = [item.pk for page in pages for item in page.object_list]
    assert len(keys) == len(set(keys)) == 25
    beyond = find_learning(Choices(q="falls"), READER, page="99").page
    assert (beyond.number, [item.pk for item in beyond.object_list]) == (3, keys[20:])
    assert find_learning(Choices(), READER, page="-1").page.number == 1
    assert find_learning(Choices(), READER, page="one").page.number == 1
