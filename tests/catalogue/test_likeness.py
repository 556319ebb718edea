"""More like this: what is near in meaning, of every kind, and what shares topics until that is known."""

import pytest
from django.contrib.auth.models import AnonymousUser

from catalogue.search.embedding import fill_meanings
from catalogue.search.likeness import more_like
from tests.factories import EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db
ANYONE = AnonymousUser()


def test_the_nearest_of_every_kind_come_with_their_cards_and_nothing_far() -> None:
    item = EvidenceFactory(title="Preventing falls of older people in hospital")
    for place in range(5):
        EvidenceFactory(title=f"Falls of older people on hospital wards, part {place}")
    told = published(title="How our ward had fewer falls of older people", visibility="public")
    EvidenceFactory(title="Painting the canteen in a light colour")
    fill_meanings()
    found = more_like(item, ANYONE, topics=[])
    assert len(found) == 4
    assert told.pk in [other.pk for other in found]
    assert "Painting" not in str(found)
    assert all(hasattr(other, "card_facts") for other in found)
    assert {other.kind for other in more_like(item, ANYONE, topics=[], leaving_out=["knowhow"])} == {"evidence"}


def test_nothing_is_shown_that_the_reader_may_not_see_nor_what_is_archived() -> None:
    item = EvidenceFactory(title="Preventing falls of older people in hospital")
    hidden = EvidenceFactory(title="Preventing falls of older people in our hospital", visibility="members")
    EvidenceFactory(title="Preventing falls of older people in hospitals", status="archived")
    fill_meanings()
    assert more_like(item, ANYONE, topics=[]) == []
    assert [other.pk for other in more_like(item, UserFactory(staff=True), topics=[])] == [hidden.pk]


def test_until_meanings_are_known_most_topics_shared_come_first() -> None:
    falls, frailty = TopicFactory(), TopicFactory()
    item = EvidenceFactory(topics=[falls, frailty])
    one, both = EvidenceFactory(topics=[falls]), EvidenceFactory(topics=[falls, frailty])
    assert [other.pk for other in more_like(item, ANYONE, topics=[falls, frailty])] == [both.pk, one.pk]
    assert more_like(item, ANYONE, topics=[]) == []
