"""The whole way of a file through the admin in a real browser, with and without scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from evidence.models import Evidence
from jobs.models import Job
from jobs.services import run as run_job
from tests.admin import librarian
from tests.browser import NARROW, WIDE, axe_violations, follow, sideways_overflow
from tests.factories import EvidenceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RECORD = (
    "TY  - JOUR\nTI  - {}\nAU  - van der Berg, Anna\nAU  - Smith, J\nAU  - Doe, B\nAU  - Roe, C\nPY  - 2020\n"
    "JF  - BMJ Quality & Safety\nDO  - 10.1000/{}\nER  - \n\n"
)


@pytest.fixture
def desk(open_page: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """Open a window in which a librarian is signed in."""

    def open_desk(viewport: dict[str, int], *, javascript: bool) -> Page:
        page = open_page(viewport, javascript=javascript)
        # From a page that changes over softly to one that does not, Chromium reports a broken transition.
        page.emulate_media(reduced_motion="reduce")
        client = Client()
        client.force_login(librarian())
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return open_desk


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A file with new records, one that is here already and one without a title."""
    EvidenceFactory(title="Medicines reconciliation at discharge", doi="10.1000/here", source="BMJ")
    path = tmp_path / "export.ris"
    new = "".join(RECORD.format(f"Preventing falls in hospital, part {number}", number) for number in range(30))
    path.write_text(new + RECORD.format("Reconciling medicines", "here") + "TY  - JOUR\nAU  - Nobody, A\nER  - \n")
    return path


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_librarian_imports_a_file(
    desk: Callable[..., Page], exported: Path, viewport: dict[str, int], javascript: bool
) -> None:
    page = desk(viewport, javascript=javascript)

    def is_for_everyone() -> None:
        if javascript:
            assert axe_violations(page) == []
        assert sideways_overflow(page) == 0

    page.goto("/admin/evidence/importbatch/add/")
    is_for_everyone()
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the file to import.")
    assert page.title().startswith("Error: ")
    is_for_everyone()

    page.get_by_label("File of references").set_input_files(exported)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("Nothing is imported yet.")).to_be_visible()
    is_for_everyone()
    page.get_by_role("link", name="Already here (1)").click()
    expect(page.get_by_role("link", name="Medicines reconciliation at discharge")).to_be_visible()
    is_for_everyone()
    page.get_by_role("link", name="Cannot be imported (1)").click()
    expect(page.get_by_role("cell", name="The record has no title.")).to_be_visible()
    is_for_everyone()

    page.get_by_role("button", name="Import 30 records").click()
    expect(page.get_by_role("heading", name="Importing export.ris")).to_be_visible()
    run_job(job_id=Job.objects.get().pk)
    page.reload()
    expect(page.get_by_text("30 drafts were made")).to_be_visible()
    follow(page, "See the records")
    is_for_everyone()
    page.get_by_role("link", name="See the drafts in the list of evidence").click()
    expect(page.get_by_text("Preventing falls in hospital, part 29")).to_be_visible()
    assert Evidence.objects.filter(status="draft").count() == 30
