"""The page of a job: for its owner and librarians, refreshing until there is nothing more to see."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from tests.factories import UserFactory


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory()


@pytest.fixture
def job(owner: User) -> Job:
    return Job.objects.create(
        kind="tests.any", title="Importing falls.ris", owner=owner, state="running", done=3, total=12, error_count=1,
        errors=["Line 7: the record has no title."],
    )  # fmt: skip


def test_the_owner_sees_how_far_it_has_got(client: Client, owner: User, job: Job) -> None:
    client.force_login(owner)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "3 of 12 records" in page
    assert "Line 7: the record has no title." in page
    assert "<noscript>" in page
    assert "http-equiv" not in page, "a page that reloads itself fails WCAG 2.2.1"
    assert 'data-hx-trigger="every 2s"' in page


def test_htmx_gets_the_changing_part_alone_until_the_job_is_finished(client: Client, owner: User, job: Job) -> None:
    client.force_login(owner)
    part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "3 of 12 records" in part
    assert "<html" not in part
    Job.objects.update(state="done", finished_at=timezone.now(), result={"message": "All in.", "url": "/x"})
    part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "All in." in part
    assert "data-hx-trigger" not in part
    assert "<noscript>" not in client.get(job.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("make", "status"), [("librarian", 200), ("champion", 404), ("staff", 404)])
def test_others_do_not_learn_that_it_exists(client: Client, job: Job, make: str, status: int) -> None:
    client.force_login(UserFactory(**{make: True}))
    assert client.get(job.get_absolute_url()).status_code == status
    assert client.post(f"{job.get_absolute_url()}stop/").status_code == (302 if status == 200 else 404)


def test_nobody_signed_in_sees_nothing(client: Client, job: Job) -> None:
    assert client.get(job.get_absolute_url()).status_code == 404
    client.post(f"{job.get_absolute_url()}stop/")
    job.refresh_from_db()
    assert job.stop_requested is False


def test_the_owner_can_stop_it(client: Client, owner: User, job: Job) -> None:
    client.force_login(owner)
    assert client.post(f"{job.get_absolute_url()}stop/").url == job.get_absolute_url()
    job.refresh_from_db()
    assert job.stop_requested is True


def test_the_page_costs_few_queries(
    client: Client, owner: User, job: Job, django_assert_max_num_queries: Callable
) -> None:
    client.force_login(owner)
    with django_assert_max_num_queries(4):
        page = client.get(job.get_absolute_url())
    assert page.status_code == 200
