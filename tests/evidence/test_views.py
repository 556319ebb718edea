"""A record's page: what stands on it, in which order, and what never does."""

import datetime
import re

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from catalogue import relations
from evidence.kind import card_facts
from evidence.models import Attachment, Evidence
from tests.factories import AppraisalFactory, EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def show(client: Client, record: Evidence) -> str:
    response = client.get(record.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_wrong_slug_leads_to_the_right_one(client: Client) -> None:
    record = EvidenceFactory(title="Falls on wards")
    for wrong in (f"/evidence/{record.pk}/", f"/evidence/{record.pk}/old-title/"):
        response = client.get(wrong)
        assert (response.status_code, response["Location"]) == (301, record.get_absolute_url())
    response = client.get(f"/evidence/{record.pk}/old-title.ris")
    assert (response.status_code, response["Location"]) == (301, f"/evidence/{record.pk}/falls-on-wards.ris")


@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": "members"},
        {"status": "draft", "published_at": None},
        {"published_at": timezone.now() + datetime.timedelta(days=2)},
        {"embargo_until": timezone.now() + datetime.timedelta(days=2)},
    ],
)
def test_what_the_reader_may_not_see_is_not_found_at_any_address(client: Client, hidden: dict[str, object]) -> None:
    record = EvidenceFactory(**hidden)
    attach(record)
    for name in ("detail", "ris", "attachment"):
        assert client.get(reverse(f"evidence:{name}", args=[record.pk, record.slug])).status_code == 404
    assert client.get(f"/evidence/{record.pk}/").status_code == 404


def test_the_bottom_line_comes_first_and_the_rest_in_order(client: Client) -> None:
    record = EvidenceFactory(
        summary="Packages help.",
        key_points=["One.", "Two."],
        does_not_tell="Which part works.",
        limitations="Not blinded.",
        authors="Raman P\nAshdown T",
        source="Journal of Ward Care",
        abstract="Background.",
        licence="cc_by",
        sample_size=48210,
        included_studies=31,
        searched_on=datetime.date(2026, 3, 1),
        search_strategy="falls AND wards",
        reviewed_at=datetime.date(2026, 3, 3),
        review_due=datetime.date(2029, 3, 3),
        topics=[TopicFactory(name="Falls")],
    )
    html = main_of(show(client, record))
    assert re.findall(r'<h2[^>]*id="([^"]*)"', html) == [
        "bottom-line", "key-points", "quality", "read", "does-not-tell", "limitations", "facts", "abstract",
        "search-done", "cite",
    ]  # fmt: skip
    text = words(html)
    assert html.index("kp-caption") < html.index("<h1>")
    assert "Cohort study" in text
    assert "48,210 people" in text
    assert "Raman P, Ashdown T" in text
    assert "Last reviewed by the library: 3 March 2026 ." in text
    assert "Next review due: 3 March 2029 ." in text
    assert "Background." in text
    assert "CC BY" in text


@pytest.mark.parametrize(("licence", "is_shown"), [("", False), ("reserved", False), ("ogl", True)])
def test_an_abstract_is_shown_only_where_its_licence_allows(client: Client, licence: str, is_shown: bool) -> None:
    record = EvidenceFactory(abstract="A canary in the abstract.", licence=licence, doi="10.5555/x")
    html = show(client, record)
    assert ("A canary in the abstract." in html) is is_shown
    assert ("does not let us show it here" in html) is not is_shown


def test_an_unchecked_record_is_quiet_and_says_that_this_is_no_judgement(client: Client) -> None:
    html = main_of(show(client, EvidenceFactory()))
    assert "kp-quality--not_appraised" in html
    assert "kp-box--quiet" in html
    assert "Nobody has checked the quality yet. This is not a judgement." in html
    assert "Why this label?" not in html
    assert "kp-quality--low" not in html


def test_the_label_is_the_tools_own_result_with_the_appraisal_behind_it(client: Client) -> None:
    row = AppraisalFactory(
        tool="rob_2", result="low", band="moderate", appraiser="Priya Raman", note="Blinded well.",
        appraised_on=datetime.date(2026, 2, 1),
    )  # fmt: skip
    html = main_of(show(client, Evidence.objects.get(pk=row.evidence.pk)))
    text = words(html)
    assert "Low risk of bias (RoB 2)" in text
    assert "Why this label?" in text
    assert "Appraised by Priya Raman On 1 February 2026 Note Blinded well." in text
    assert "it does not say that the finding will hold." in text
    assert "confident this finding" not in text
    assert "A reading aid for finding and comparing, not a clinical judgement." in text


@pytest.mark.parametrize("tool", ["grade", "cerqual"])
def test_confidence_in_the_finding_is_spoken_of_for_tools_that_rate_a_body_of_evidence(
    client: Client, tool: str
) -> None:
    row = AppraisalFactory(tool=tool, result="high", band="high")
    html = show(client, Evidence.objects.get(pk=row.evidence.pk))
    assert "We are confident this finding will hold." in html


def test_a_band_set_by_hand_gives_its_reason(client: Client) -> None:
    row = AppraisalFactory(evidence=EvidenceFactory(band_override="low", band_reason="Small and old."))
    html = main_of(show(client, Evidence.objects.get(pk=row.evidence.pk)))
    assert "Small and old." in html
    assert "A librarian set this band by hand" in html
    assert "single source" not in html
    assert re.search(r"kp-quality--low.*?Low quality", html)


def test_an_appraisal_that_does_not_count_is_not_shown(client: Client) -> None:
    row = AppraisalFactory(is_approved=False, note="Only a draft.")
    html = show(client, row.evidence)
    assert "Nobody has checked the quality yet." in html
    assert "Only a draft." not in html


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"is_retracted": True, "retraction_note": "Data made up."}, "This paper has been retracted"),
        ({"status": "archived"}, "This has been archived"),
        ({"publication_status": "preprint"}, "This is a preprint"),
        ({"review_due": datetime.date(2020, 1, 1)}, "This is past its review date"),
    ],
)
def test_what_one_must_know_first_stands_above_the_bottom_line(
    client: Client, changes: dict[str, object], heading: str
) -> None:
    html = main_of(show(client, EvidenceFactory(**changes)))
    assert html.index(heading) < html.index("Bottom line")
    assert ("Data made up." in html) is ("retraction_note" in changes)


def test_a_superseded_record_leads_to_the_newer_one_where_the_reader_may_see_it(client: Client) -> None:
    newer = EvidenceFactory(title="Newer version")
    secret = EvidenceFactory(title="Secret version", visibility="members")
    open_one = EvidenceFactory(status="superseded", superseded_by=newer)
    assert newer.get_absolute_url() in main_of(show(client, open_one))
    html = show(client, EvidenceFactory(status="superseded", superseded_by=secret))
    assert "There is a newer version" in html
    assert "Secret version" not in html
    assert secret.get_absolute_url() not in html


def test_of_a_withdrawn_record_only_title_reason_and_date_are_shown(client: Client) -> None:
    record = EvidenceFactory(
        title="Wrong guidance",
        status="withdrawn",
        withdrawn_reason="It named the wrong dose.",
        withdrawn_at=datetime.datetime(2026, 3, 3, 12, tzinfo=datetime.UTC),
        summary="Canary summary",
        abstract="Canary abstract",
        key_points=["Canary point"],
        authors="Canary A",
        licence="cc_by",
    )
    attach(record)
    for reader in (None, UserFactory(librarian=True)):
        if reader:
            client.force_login(reader)
        html = show(client, record)
        assert "Wrong guidance" in html
        assert "It named the wrong dose." in html
        assert "3 March 2026" in html
        assert "Canary" not in html
        assert '<meta name="robots" content="noindex">' in html
        for name in ("ris", "attachment"):
            assert client.get(reverse(f"evidence:{name}", args=[record.pk, record.slug])).status_code == 404


def test_a_draft_tells_its_librarian_that_nobody_else_sees_it(client: Client) -> None:
    record = EvidenceFactory(status="draft", published_at=None)
    client.force_login(UserFactory(librarian=True))
    html = show(client, record)
    assert "Draft: readers do not see this yet." in html
    assert "citation_title" not in html
    assert "noindex" in html


def test_the_button_says_what_will_happen(client: Client, settings: Settings) -> None:
    settings.FULL_TEXT_LINKS = {"openathens": "https://go.example/redirect?url={url}"}
    free = main_of(show(client, EvidenceFactory(is_open_access=True, url="https://journal.example/a?b=1")))
    assert "Free to read." in words(free)
    assert "Opens journal.example." in words(free)
    assert 'href="https://journal.example/a?b=1"' in free
    sign_in = main_of(show(client, EvidenceFactory(doi="10.5555/x")))
    assert "Sign in with OpenAthens" in sign_in
    assert 'href="https://go.example/redirect?url=https%3A%2F%2Fdoi.org%2F10.5555%2Fx"' in sign_in
    record = EvidenceFactory()
    ask = main_of(show(client, record))
    assert f'href="{reverse("enquiries:contact")}?reason=copy&amp;item={record.pk}"' in ask
    assert "Ask the library for a copy" in ask


def test_an_address_that_is_no_web_address_is_never_a_link(client: Client) -> None:
    record = EvidenceFactory(is_open_access=True, url="javascript:alert(1)")
    html = show(client, record)
    assert "javascript:" not in html
    assert "Ask the library for a copy" in html


def test_references_and_meta_tags_are_escaped(client: Client) -> None:
    record = EvidenceFactory(
        title='"><script>alert(1)</script>', authors='A"><b>', source="<i>J</i>", doi='10.5555/a"b'
    )
    html = show(client, record)
    assert "<script>alert" not in html
    assert "<i>J" not in html
    assert '<meta name="citation_title" content="&quot;&gt;&lt;script&gt;' in html


def test_a_record_can_be_taken_to_a_reference_manager(client: Client) -> None:
    record = EvidenceFactory(title="Falls on wards", topics=[TopicFactory(name="Falls")])
    response = client.get(reverse("evidence:ris", args=[record.pk, record.slug]))
    assert response["Content-Type"].startswith("application/x-research-info-systems")
    assert response["Content-Disposition"] == 'attachment; filename="falls-on-wards.ris"'
    text = response.content.decode()
    assert "TI  - Falls on wards\r\n" in text
    assert "KW  - Falls\r\n" in text
    assert reverse("evidence:ris", args=[record.pk, record.slug]) in show(client, record)


def attach(record: Evidence, name: str = "guideline v3.pdf", purpose: str = "local_guideline") -> Attachment:
    return Attachment.objects.create(
        evidence=record,
        purpose=purpose,
        file=ContentFile(b"%PDF-1.7 canary", name="stored.pdf"),
        name=name,
        content_type="application/pdf",
        size=15,
        sha256="0" * 64,
    )


def test_a_file_is_sent_as_a_download_that_a_browser_does_not_run(client: Client) -> None:
    record = EvidenceFactory()
    attach(record)
    response = client.get(reverse("evidence:attachment", args=[record.pk, record.slug]))
    assert b"".join(response.streaming_content) == b"%PDF-1.7 canary"  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment; ")
    assert "guideline_v3.pdf" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Robots-Tag"] == "noindex"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "Download the file" in show(client, record)


@pytest.mark.parametrize(
    ("purpose", "on_the_card", "is_offered"),
    [("local_guideline", "File to download", False), ("summary", "Ask the library for a copy", True)],
)
def test_only_the_librarys_own_summary_leaves_the_full_text_to_be_asked_for(
    client: Client, purpose: str, on_the_card: str, is_offered: bool
) -> None:
    record = EvidenceFactory(url="", doi="", is_open_access=False)
    attach(record, purpose=purpose)
    html = main_of(show(client, record))
    assert ("Ask the library for a copy" in html) is is_offered
    assert "Download the file" in html
    assert card_facts([record.pk])[record.pk].access == on_the_card


def test_a_file_that_is_gone_from_the_disk_is_not_found(client: Client) -> None:
    record = EvidenceFactory()
    found = attach(record)
    found.file.storage.delete(found.file.name)
    assert client.get(reverse("evidence:attachment", args=[record.pk, record.slug])).status_code == 404
    assert client.get(reverse("evidence:attachment", args=[EvidenceFactory().pk, "x"])).status_code == 404


def test_related_items_share_topics_and_are_visible(client: Client) -> None:
    falls, frailty = TopicFactory(name="Falls"), TopicFactory(name="Frailty")
    record = EvidenceFactory(topics=[falls, frailty])
    EvidenceFactory(title="Shares one", topics=[falls], year=2026)
    EvidenceFactory(title="Shares both", topics=[falls, frailty], year=2001)
    EvidenceFactory(title="Shares none", topics=[TopicFactory()])
    EvidenceFactory(title="Hidden one", topics=[falls], visibility="members")
    html = main_of(show(client, record))
    aside = html[html.index("More like this") :]
    assert re.findall(r'kp-card__title"><a[^>]*>([^<]*)<', aside) == ["Shares both", "Shares one"]
    assert "Hidden one" not in html


def test_confirmed_links_with_other_items_are_shown(client: Client) -> None:
    librarian = UserFactory(librarian=True)
    record, other = EvidenceFactory(), EvidenceFactory(title="A later trial")
    relation = relations.propose(from_item=other, to_item=record, kind="conflicts", by=librarian, note="Larger.")
    assert "A later trial" not in show(client, record)
    relations.confirm(relation=relation, by=librarian)
    assert "This conflicts with A later trial : Larger." in words(main_of(show(client, record)))


def test_a_problem_can_be_reported_about_this_record(client: Client) -> None:
    record = EvidenceFactory()
    assert f"?reason=report_problem&amp;item={record.pk}" in show(client, record)


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_is_small_and_does_not_grow(client: Client, number: int, signed_in: bool) -> None:
    if signed_in:
        client.force_login(UserFactory(staff=True))
    topics = [TopicFactory() for _ in range(number)]
    record = EvidenceFactory(topics=topics, organisation=OrganisationFactory())
    for _ in range(number):
        AppraisalFactory(evidence=record)
        EvidenceFactory(topics=topics)
    with CaptureQueriesContext(connection) as captured:
        show(client, record)
    assert len(captured) == 10 + (3 if signed_in else 0)


def test_the_list_of_evidence_is_the_search(client: Client) -> None:
    response = client.get(reverse("evidence:list"))
    assert response["Location"] == f"{reverse('search')}?kind=evidence"


def test_reading_sets_no_cookie(client: Client) -> None:
    assert not client.get(EvidenceFactory().get_absolute_url()).cookies
