"""Recordings play in a real browser under the strict content security policy, and one can jump in them."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from tests.browser import axe_violations
from tests.learning_zone.factories import LearningFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Makes a film of changing colours, so that no file has to be kept for the test.
FILM = """async ([type, milliseconds]) => {
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 120;
    const pen = canvas.getContext("2d");
    let hue = 0;
    const drawing = setInterval(() => { pen.fillStyle = `hsl(${hue += 20} 80% 50%)`; pen.fillRect(0, 0, 160, 120); }, 40);
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: type });
    const parts = [];
    recorder.ondataavailable = event => parts.push(event.data);
    const stopped = new Promise(resolve => { recorder.onstop = resolve; });
    recorder.start();
    await new Promise(resolve => setTimeout(resolve, milliseconds));
    recorder.stop();
    await stopped;
    clearInterval(drawing);
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}"""
TYPE = "video/mp4"
JUMP = """async second => {
    const video = document.querySelector("video");
    video.muted = true;
    await video.play();
    const there = new Promise(resolve => { video.onseeked = resolve; });
    video.currentTime = second;
    await there;
    return [video.currentTime, video.videoWidth, video.textTracks[0].cues.length, video.error];
}"""


def film(page: Page) -> bytes:
    """Return two seconds of film. The test is skipped where this browser cannot make any."""
    if not page.evaluate("type => MediaRecorder.isTypeSupported(type)", TYPE):
        pytest.skip("This Chromium cannot record MP4, and the portal keeps no film for its tests.")
    return base64.b64decode(page.evaluate(FILM, [TYPE, 2_000]))


def test_a_file_kept_here_plays_jumps_and_shows_its_captions(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/learning/")
    resource = LearningFactory(title="A film of our own", transcript="0:00 Red.\n0:01 Blue.", has_captions=True)
    resource.video.save("film.mp4", ContentFile(film(page)))
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if "/recording" in answer.url else None)
    page.goto(resource.get_absolute_url())
    expect(page.locator("video")).to_be_visible()
    at, width, cues, error = page.evaluate(JUMP, 1)
    assert (at >= 1, width, cues, error) == (True, 160, 2, None)
    assert answers
    assert set(answers) == {206}
    page.evaluate("document.querySelector('video').pause()")
    assert axe_violations(page) == []


def test_a_player_of_an_allowed_host_loads_when_asked_for_and_no_other_host_may(
    open_page: Callable[..., Page], settings: Any
) -> None:
    settings.EMBED_HOSTS = ["https://player.example"]
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "frame-src": settings.EMBED_HOSTS}}
    resource = LearningFactory(embed_url="https://player.example/v/1")
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    asked: list[str] = []

    def play(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(content_type="text/html", body="<!doctype html><html lang=en><title>Player</title><p>It plays.")

    page.route("https://player.example/**", play)
    page.goto(resource.get_absolute_url())
    assert asked == []
    page.get_by_role("link", name="Play it here").click()
    expect(page.frame_locator("iframe").get_by_text("It plays.")).to_be_visible()
    assert asked == ["https://player.example/v/1"]
    settings.EMBED_HOSTS = []
    page.goto(f"{resource.get_absolute_url()}?watch=1")
    assert page.locator("iframe").count() == 0
