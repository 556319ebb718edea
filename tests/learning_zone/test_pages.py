"""The pages of learning: finding, reading, playing, dates, paths, the shelf."""

import datetime
import json
import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from catalogue import relations
from catalogue.choices import Visibility
from catalogue.search import SearchFilters, search
from catalogue.techniques import all_techniques
from design.dates import day_in_words
from knowledge.services.techniques import load_techniques
from learning_zone import transcripts
from learning_zone.embedding import at_second
from learning_zone.models import Chapter, CourseRun, LearningResource, LinkCheck, Path, PathStep, Step
from learning_zone.shelf import TECHNIQUES
from tests.admin import librarian, signed_in
from tests.factories import EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published
from tests.learning_zone.factories import TRANSCRIPT, LearningFactory, done

pytestmark = pytest.mark.django_db


def found(query: str, client: Client | None = None) -> list[str]:
    page = (client or Client()).get(f"{reverse('learning_zone:find')}?{query}").content.decode()
    return re.findall(r'kp-card__title"><a href="[^"]*">([^<]*)<', page)


def test_filters_narrow_and_count() -> None:
    falls = TopicFactory(slug="falls", name="Falls")
    LearningFactory(title="Short", minutes=15, topics=[falls])
    LearningFactory(title="Long", minutes=300, form="course", level="advanced", cost="over_250", access="paid")
    assert found("") == ["Long", "Short"] or found("") == ["Short", "Long"]
    assert found("time=15") == ["Short"]
    assert found("level=advanced&cost=over_250") == ["Long"]
    assert found("topic=falls") == ["Short"]
    assert found("time=nonsense&level=x") != []
    assert found("time=15&type=course") == []


def test_what_is_said_in_a_recording_is_searched() -> None:
    resource = LearningFactory(title="A webinar", transcript=TRANSCRIPT)
    assert found("q=alarms+nights") == ["A webinar"]
    page = search("alarms nights", SearchFilters(q="alarms nights"), UserFactory())
    assert [hit.item.pk for hit in page.hits] == [resource.pk]


def test_what_has_expired_or_is_not_for_the_reader_is_not_offered() -> None:
    LearningFactory(title="Over", expires_on=timezone.localdate() - datetime.timedelta(days=1))
    LearningFactory(title="For staff", visibility=Visibility.MEMBERS)
    assert found("") == []
    assert found("", signed_in(UserFactory(staff=True))) == ["For staff"]
    hidden = LearningResource.objects.get(title="For staff")
    assert Client().get(hidden.get_absolute_url()).status_code == 404
    assert Client().get(reverse("learning_zone:video", args=[hidden.pk, hidden.slug])).status_code == 404


def test_the_number_of_queries_of_the_list_does_not_grow() -> None:
    topic = TopicFactory()
    numbers = []
    LearningFactory(topics=[topic])
    Client().get(reverse("learning_zone:find"))
    for more in (0, 2):
        for _ in range(more):
            LearningFactory(topics=[topic])
        with CaptureQueriesContext(connection) as queries:
            Client().get(reverse("learning_zone:find"))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_a_player_of_an_allowed_host_begins_at_the_minute(settings: Any) -> None:
    settings.EMBED_HOSTS = ["https://player.vimeo.com"]
    resource = LearningFactory(embed_url="https://player.vimeo.com/video/1", transcript=TRANSCRIPT)
    before = Client().get(resource.get_absolute_url()).content.decode()
    assert "<iframe" not in before
    after = Client().get(resource.get_absolute_url(), {"watch": "1", "at": "245"}).content.decode()
    assert 'src="https://player.vimeo.com/video/1#t=245s"' in after
    settings.EMBED_HOSTS = []
    assert "<iframe" not in Client().get(resource.get_absolute_url(), {"watch": "1"}).content.decode()
    assert at_second("https://tube.example/embed/x?a=1", 5) == "https://tube.example/embed/x?a=1&start=5"


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        (None, 200, b"0123456789", None),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=5-999", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-2", 416, b"", "bytes */10"),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("furlongs=1-2", 200, b"0123456789", None),
    ],
)
def test_a_recording_is_sent_in_ranges(asked: str | None, status: int, body: bytes, content_range: str | None) -> None:
    resource = LearningFactory()
    resource.video.save("talk.mp4", ContentFile(b"0123456789"))
    headers = {"range": asked} if asked else {}
    response = Client().get(reverse("learning_zone:video", args=[resource.pk, resource.slug]), headers=headers)
    assert response.status_code == status
    assert response.get("Content-Range") == content_range
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert content == body
    response.close()


def test_search_engines_and_calendars_read_a_course() -> None:
    resource = LearningFactory(form="course", title="A </script><b>course</b>")
    starts = timezone.now() + datetime.timedelta(days=3)
    run = CourseRun.objects.create(
        resource=resource, starts_at=starts, ends_at=starts + datetime.timedelta(hours=2), place="Room 2, upstairs"
    )
    page = Client().get(resource.get_absolute_url()).content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert block is not None
    data = json.loads(block.group(1))
    assert (data["@type"], data["name"]) == ("Course", "A </script><b>course</b>")
    assert data["hasCourseInstance"][0]["startDate"] == starts.isoformat()
    reply = Client().get(reverse("learning_zone:run-calendar", args=[resource.pk, resource.slug, run.pk]))
    event = Calendar.from_ical(reply.content).walk("VEVENT")[0]
    assert event.decoded("dtstart") == starts.replace(microsecond=0)
    assert str(event["location"]) == "Room 2, upstairs"


def test_a_path_shows_progress_to_its_reader_alone() -> None:
    first, second = LearningFactory(title="First"), LearningFactory(title="Second")
    secret = LearningFactory(title="Named people only", visibility=Visibility.TEAM)
    path = Path.objects.create(title="A path", slug="a-path", summary="Somewhere.", is_listed=True)
    for position, item in enumerate((first, second, secret), start=1):
        PathStep.objects.create(path=path, item_id=item.pk, position=position)
    nurse = UserFactory(staff=True)
    done(nurse, first)
    page = signed_in(nurse).get(path.get_absolute_url()).content.decode()
    assert "Named people only" not in page
    assert f'Next: <a href="{second.get_absolute_url()}"' in page
    assert (
        f'Next: <a href="{first.get_absolute_url()}"'
        in signed_in(librarian()).get(path.get_absolute_url()).content.decode()
    )
    path.is_listed = False
    path.save()
    assert Client().get(path.get_absolute_url()).status_code == 404


def test_the_shelf_names_techniques_that_there_are() -> None:
    load_techniques()
    named = {key for keys in TECHNIQUES.values() for key in keys}
    assert named <= set(all_techniques())
    page = Client().get(reverse("learning_zone:shelf")).content.decode()
    assert f'<a href="{reverse("knowledge:technique", args=["fishbowl"])}">Fishbowl</a>' in page


def test_topics_with_evidence_and_no_learning_are_told() -> None:
    bare, served = TopicFactory(name="Bare topic"), TopicFactory(name="Served topic")
    EvidenceFactory(topics=[bare])
    EvidenceFactory(topics=[served])
    LearningFactory(topics=[served])
    page = signed_in(librarian()).get(reverse("admin:learning_zone_learningresource_overview")).content.decode()
    assert "Bare topic</a>: 1 record of evidence" in page
    assert "Served topic" not in page


@pytest.mark.parametrize(
    ("on", "sentence"), [(True, "Every link that was checked works."), (False, "Links are not checked")]
)
def test_no_broken_links_are_not_told_where_none_were_looked_at(settings: Any, on: bool, sentence: str) -> None:
    settings.CHECK_LINKS = on
    page = signed_in(librarian()).get(reverse("admin:learning_zone_learningresource_overview")).content.decode()
    assert sentence in page


def test_a_librarian_adds_a_resource_and_its_link_is_watched() -> None:
    client = signed_in(librarian())
    address = reverse("admin:learning_zone_learningresource_add")
    assert client.get(address).status_code == 200
    sent = {
        "form": "elearning", "title": "Made in the admin", "level": "introduction", "format": "self_paced",
        "cost": "free", "access": "open", "visibility": "public", "url": "https://learning.example/new",
        "minutes": "20", "licence": "", "_publish": "1",
    }  # fmt: skip
    for prefix in ("runs", "steps", "chapters"):
        sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    response = client.post(address, sent)
    assert response.status_code == 302, response.context["errors"]
    made = LearningResource.objects.get(title="Made in the admin")
    assert made.status == "published"
    assert made.review_due is not None
    assert made.link_check.url == "https://learning.example/new"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("WEBVTT\n\n1\n00:00:04.000 --> 00:00:06.500\n<v Ann>Hello there\n", (4, "Hello there")),
        ("1\n00:01:04,000 --> 00:01:06,000\nHello there\n", (64, "Hello there")),
        ("1:04 Hello\nthere", (64, "Hello there")),
    ],
)
def test_transcripts_are_read_however_they_are_written(text: str, first: tuple[int, str]) -> None:
    cue = transcripts.parse(text)[0]
    assert (cue.start, cue.text) == first
    assert transcripts.parse(transcripts.as_webvtt([cue]))[0].text == cue.text
    with pytest.raises(transcripts.UnreadableTranscript):
        transcripts.parse("No times here")


def test_evidence_know_how_and_techniques_say_what_to_learn_next() -> None:
    load_techniques()
    topic, staff = TopicFactory(), UserFactory(staff=True)
    evidence = EvidenceFactory(topics=[topic])
    knowhow = published(visibility="public")
    knowhow.topics.set([topic])
    near = LearningFactory(title="On the same topic", minutes=5, topics=[topic])
    taught = LearningFactory(title="Teaches this very record", minutes=90, level="advanced")
    LearningFactory(title="About something else", topics=[TopicFactory()])
    LearningFactory(title="Hidden from readers", visibility=Visibility.TEAM, topics=[topic])
    curator = librarian()
    relation = relations.propose(from_item=taught, to_item=evidence, kind="teaches", by=curator)
    assert lessons_on(evidence.get_absolute_url()) == [near.title]
    relations.confirm(relation=relation, by=curator)
    assert lessons_on(evidence.get_absolute_url()) == [taught.title, near.title]
    assert lessons_on(knowhow.get_absolute_url()) == [near.title]
    LearningFactory(title="How to lead a fishbowl", technique="fishbowl", visibility=Visibility.MEMBERS)
    page = reverse("knowledge:technique", args=["fishbowl"])
    assert lessons_on(page) == []
    assert lessons_on(page, signed_in(staff)) == ["How to lead a fishbowl"]
    topic_page = Client().get(topic.get_absolute_url()).content.decode()
    assert "What you can learn" in topic_page
    assert near.title in topic_page


def lessons_on(url: str, client: Client | None = None) -> list[str]:
    """Return the titles under "what to learn next", in their order."""
    return [lesson.title for lesson in (client or Client()).get(url).context["lessons"]]


def test_a_recording_elsewhere_shows_its_chapters_and_a_link_to_its_words_survives_a_new_title() -> None:
    resource = LearningFactory(transcript=TRANSCRIPT, url="https://learning.example/falls")
    Chapter.objects.create(resource=resource, seconds=245, title="What helps")
    page = Client().get(resource.get_absolute_url()).content.decode()
    assert "<strong>4:05</strong> What helps" in page
    assert "?watch=1" not in page
    response = Client().get(reverse("learning_zone:detail", args=[resource.pk, "an-older-title"]), {"words": "alarms"})
    assert response["Location"] == f"{resource.get_absolute_url()}?words=alarms"


def test_the_steps_of_a_programme_lead_somewhere_and_say_how_far_one_has_come() -> None:
    programme = LearningFactory(form="elearning")
    first = Step.objects.create(resource=programme, title="Begin", url="https://learning.example/begin")
    second = Step.objects.create(resource=programme, title="Go on", position=2)
    assert '<a href="https://learning.example/begin"' in Client().get(programme.get_absolute_url()).content.decode()
    client = signed_in(UserFactory(staff=True))
    save, record_it = reverse("learning_zone:steps", args=[programme.pk]), "Record that you did it all"
    page = client.post(save, {"step": [first.pk]}, follow=True).content.decode()
    assert '<a href="https://learning.example/begin"' in page
    assert "You have done 1 of 2." in page
    assert record_it not in page
    page = client.post(save, {"step": [first.pk, second.pk]}, follow=True).content.decode()
    assert "You have done 2 of 2." in page
    assert record_it in page


def test_a_date_of_a_course_names_its_day_once_in_uk_time() -> None:
    course = LearningFactory(form="course")
    day = timezone.localdate() + datetime.timedelta(days=40)
    begins = timezone.make_aware(datetime.datetime.combine(day, datetime.time(9)))
    CourseRun.objects.create(resource=course, starts_at=begins, ends_at=begins + datetime.timedelta(hours=3))
    page = Client().get(course.get_absolute_url()).content.decode()
    assert f"{day_in_words(day)}, 9am to midday</strong>, UK time" in page


def test_the_second_of_two_librarians_at_one_path_is_told_and_the_order_of_the_first_stays() -> None:
    path = Path.objects.create(title="Falls", slug="falls", summary="Watch.")
    address = reverse("admin:learning_zone_path_change", args=[path.pk])
    first, second = signed_in(librarian()), signed_in(librarian())
    seen = [desk.get(address).context["seen"] for desk in (first, second)]
    words = {"title": "Falls", "slug": "falls", "position": "1", "steps-TOTAL_FORMS": "0", "steps-INITIAL_FORMS": "0"}
    assert first.post(address, {**words, "summary": "Watch, then read.", "_seen": seen[0]}).status_code == 302
    told = second.post(address, {**words, "summary": "Read.", "_seen": seen[1]})
    assert told.status_code == 409
    assert "Read." in told.content.decode()
    path.refresh_from_db()
    assert path.summary == "Watch, then read."


def test_a_step_added_to_a_path_stands_last() -> None:
    path = Path.objects.create(title="Falls", slug="falls", summary="Watch.")
    kept = [PathStep.objects.create(path=path, item_id=LearningFactory().pk, position=place) for place in (1, 2)]
    added = [LearningFactory(), LearningFactory()]
    address, desk = reverse("admin:learning_zone_path_change", args=[path.pk]), signed_in(librarian())
    (rows,) = desk.get(address).context["inline_admin_formsets"]
    new = [rows.formset.extra_forms[0]["position"].value(), rows.formset.empty_form["position"].value()]
    sent = {"title": "Falls", "slug": "falls", "summary": "Watch.", "position": "1"}
    sent |= {"steps-TOTAL_FORMS": "5", "steps-INITIAL_FORMS": "2"}
    for place, step in enumerate(kept):
        sent |= {f"steps-{place}-id": step.pk, f"steps-{place}-path": path.pk}
        sent |= {f"steps-{place}-item": step.item_id, f"steps-{place}-position": step.position}
    for place, (resource, position) in enumerate(zip(added, new, strict=True), start=len(kept)):
        sent |= {f"steps-{place}-item": resource.pk, f"steps-{place}-position": position}
    # A row that was opened and left empty.
    sent["steps-4-position"] = new[1]
    assert desk.post(address, sent).status_code == 302
    assert [step.item_id for step in path.steps.all()] == [step.item_id for step in kept] + [one.pk for one in added]


def test_a_reader_is_told_before_following_a_link_that_is_broken() -> None:
    resource = LearningFactory(url="https://learning.example/gone")
    told = "The link did not work when it was last checked"
    assert told not in Client().get(resource.get_absolute_url()).content.decode()
    LinkCheck.objects.filter(resource=resource).update(verdict="broken", checked_at=timezone.now())
    assert told in Client().get(resource.get_absolute_url()).content.decode()
    assert Client().get(LearningFactory(url="").get_absolute_url()).status_code == 200
