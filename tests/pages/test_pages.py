"""The pages that librarians edit: supplied once, never overwritten, shown safely."""

import datetime
import itertools
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.services import load_roles, set_role
from evidence.appraisal import RULES
from evidence.choices import Tool
from pages.models import Page, Workstream, WorkstreamPerson
from pages.services import load_pages
from pages.supplied import PAGES, TEXTS, WORKSTREAMS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def show(client: Client, slug: str) -> str:
    response = client.get(reverse("page", args=[slug]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_supplied_pages_are_added_once() -> None:
    assert load_pages() == len(PAGES)
    before = list(Page.objects.values().order_by("pk"))
    assert load_pages() == 0
    assert list(Page.objects.values().order_by("pk")) == before
    assert Workstream.objects.count() == len(WORKSTREAMS) == 5


def test_an_edited_hidden_or_moved_page_stays_as_the_librarian_left_it() -> None:
    load_pages()
    Page.objects.filter(slug="privacy").update(body="Our own words.")
    Page.objects.filter(slug="quality").update(is_shown=False, position=500)
    Workstream.objects.filter(name="Resource discovery").delete()
    load_pages()
    assert Page.objects.get(slug="privacy").body == "Our own words."
    assert Page.objects.filter(slug="quality", is_shown=False, position=500).exists()
    assert not Workstream.objects.filter(name="Resource discovery").exists()


def test_a_page_saved_unchanged_through_a_browser_is_not_an_edit_and_follows_new_words() -> None:
    """A form sends line ends as CRLF; that alone must not cut a page off from later improvements."""
    from pages.supplied import words_digest

    load_pages()
    page = Page.objects.get(slug="privacy")
    old = "An older text of ours.\n\nTwo paragraphs."
    page.body = old.replace("\n", "\r\n")
    page.supplied_digest = words_digest(title=page.title, lead=page.lead, body=old)
    page.save()
    load_pages()
    page.refresh_from_db()
    assert page.body == next(supplied.body for supplied in PAGES if supplied.slug == "privacy")


def test_a_page_that_a_librarian_made_at_the_same_address_is_left_alone() -> None:
    Page.objects.create(slug="privacy", title="Ours", body="Ours.")
    assert load_pages() == len(PAGES) - 1
    assert Page.objects.get(slug="privacy").title == "Ours"


@pytest.mark.parametrize("slug", [supplied.slug for supplied in PAGES])
def test_every_supplied_page_reads_whole(client: Client, slug: str) -> None:
    load_pages()
    html = show(client, slug)
    main = html[html.index("<main") : html.index("</main>")]
    levels = [int(level) for level in re.findall(r"<h([1-6])", main)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert not re.search(r"\{(service_name|organisation|library_team|contact|answer_time)\}", main)
    assert "Last reviewed" not in main, "nobody here has read it yet"


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.md")), ids=lambda path: path.stem)
def test_every_text_is_of_readable_length_and_belongs_to_a_page(path: Path) -> None:
    assert path.stem in {supplied.slug for supplied in PAGES}
    assert 300 <= len(path.read_text(encoding="utf-8").split()) <= 900


def test_what_a_librarian_writes_cannot_bring_a_script(client: Client) -> None:
    Page.objects.create(
        slug="own",
        title="<b>Own</b>",
        body=(
            "# Heading\n\n<script>alert(1)</script> [bad](javascript:alert(1)) [away](//evil.example) "
            "![picture](https://evil.example/x.png)\n\n| A | B |\n|---|---|\n| 1 | 2 |"
        ),
    )
    html = show(client, "own")
    main = html[html.index("<main") : html.index("</main>")]
    assert "<script" not in main
    assert "javascript:" not in re.sub(r">[^<]*<", "><", main)
    assert "evil.example" not in re.sub(r">[^<]*<", "><", main)
    assert "<img" not in main
    assert "<h2>Heading</h2>" in main
    assert "<td>1</td>" in main
    assert "&lt;b&gt;Own&lt;/b&gt;" in main


def test_a_hidden_page_is_shown_to_librarians_alone(client: Client) -> None:
    Page.objects.create(slug="own", title="Own", body="Words.", is_shown=False)
    assert client.get("/about/own/").status_code == 404
    client.force_login(UserFactory(staff=True))
    assert client.get("/about/own/").status_code == 404
    client.force_login(UserFactory(librarian=True))
    assert "it is not shown to readers" in show(client, "own")


def test_the_quality_page_prints_the_table_that_the_portal_uses(client: Client) -> None:
    load_pages()
    html = show(client, "quality")
    for tool, rule in RULES.items():
        assert Tool(tool).label.replace("'", "&#x27;") in html
        for result in rule.bands:
            assert rule.results[result] in html
    assert "Quality not checked yet" in html
    assert "Critically appraised" in html


def test_the_workstream_page_names_current_people_or_says_that_there_are_none(client: Client) -> None:
    load_pages()
    assert "No lead or champion is named here yet" in show(client, "workstream")
    ours = Workstream.objects.get(is_ours=True)
    WorkstreamPerson.objects.create(workstream=ours, name="Priya Raman", capacity="lead", patch="Fenmoor")
    WorkstreamPerson.objects.create(workstream=ours, name="Ann Champion")
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    WorkstreamPerson.objects.create(workstream=ours, name="Gone Elsewhere", until=yesterday)
    html = show(client, "workstream")
    assert "Priya Raman" in html
    assert "Lead, Fenmoor" in html
    assert html.index("Priya Raman") < html.index("Ann Champion"), "who leads stands first"
    assert "Gone Elsewhere" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_people(client: Client, number: int) -> None:
    load_pages()
    for workstream in Workstream.objects.all():
        for place in range(number):
            WorkstreamPerson.objects.create(workstream=workstream, name=f"Person {place}")
    with CaptureQueriesContext(connection) as captured:
        show(client, "workstream")
    assert len(captured) == 4


def test_every_change_of_a_page_is_kept() -> None:
    page = Page.objects.create(slug="own", title="Own", body="First.")
    page.body = "Second."
    page.save()
    page.delete()
    from pghistory.models import Events

    versions = Events.objects.filter(pgh_model="pages.PageEvent").order_by("pgh_created_at", "pgh_id")
    assert [version.pgh_data["body"] for version in versions] == ["First.", "Second.", "Second."]


def test_a_supplied_page_keeps_its_address_and_is_not_deleted(client: Client) -> None:
    load_pages()
    client.force_login(UserFactory(administrator=True))
    page = Page.objects.get(slug="privacy")
    address = reverse("admin:pages_page_change", args=[page.pk])
    form = client.get(address).content.decode()
    assert 'name="slug"' not in form
    assert client.post(reverse("admin:pages_page_delete", args=[page.pk]), {"post": "yes"}).status_code == 403
    assert Page.objects.filter(pk=page.pk).exists()


def test_a_librarian_edits_a_page_and_its_history_says_who_changed_what(client: Client) -> None:
    load_pages()
    load_roles()
    librarian = set_role(user=UserFactory(name="Priya Raman"), role=Role.LIBRARIAN, by=None)
    client.force_login(librarian)
    page = Page.objects.get(slug="workstream")
    address = reverse("admin:pages_page_change", args=[page.pk])
    sent = {"title": "Our workstream", "lead": page.lead, "body": "New words.", "is_shown": "on", "in_footer": "on"}
    response = client.post(address, {**sent, "position": "30", "reviewed_at": "2026-11-25", "review_due": "2027-11-25"})
    assert response.status_code == 302, response.content.decode()
    assert "Our workstream" in show(client, "workstream")
    history = client.get(reverse("admin:pages_page_history", args=[page.pk])).content.decode()
    assert "Priya Raman" in history
    assert "Our workstream" in history
    load_pages()
    assert Page.objects.get(slug="workstream").body == "New words."
