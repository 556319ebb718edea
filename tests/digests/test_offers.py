"""Where pages offer updates."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page", "kind"), [("knowledge:home", "knowhow"), ("events:home", "event"), ("learning_zone:home", "learning")]
)
def test_the_landing_page_of_a_kind_leads_to_following_it(page: str, kind: str) -> None:
    address = f"{reverse('digests:follow')}?kind={kind}"
    assert f'href="{address}"' in Client().get(reverse(page)).content.decode()
    assert Client().get(address).status_code == 200
