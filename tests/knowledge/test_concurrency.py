"""Real threads on a real database: one wins, nobody's text is lost, a second press makes no second contribution."""

import http.client
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils.crypto import get_random_string

from catalogue.services import EditConflict
from knowledge.models import KnowHow, Step
from knowledge.services.contributing import save_part, tell
from knowledge.services.experience import current_standing, share_experience
from mail.models import OutboxMessage
from tests import processes
from tests.factories import UserFactory
from tests.knowledge.factories import TOLD, draft, published

pytestmark = pytest.mark.django_db(transaction=True)

EDITORS = 8


def at_once(jobs: list[Any]) -> list[Any]:
    """Run the jobs in threads of their own, each with its own connection, and return what each gave or raised."""

    def run(job: Any) -> Any:
        try:
            return job()
        except Exception as problem:  # noqa: BLE001 - the test looks at whatever it was
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_many_editors_one_wins_and_the_others_keep_their_text() -> None:
    author = UserFactory(staff=True)
    item = draft(author)

    def edit(number: int) -> Any:
        client = Client()
        client.force_login(author)
        data = {"version": item.version, "what_we_did": f"Text of {number}", "what_happened": "Fewer falls."}
        return client.post(reverse("knowledge:part", args=[item.pk, "events"]), data)

    answers = at_once([lambda number=number: edit(number) for number in range(EDITORS)])
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (EDITORS - 1)
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 302)
    item.refresh_from_db()
    assert item.what_we_did == f"Text of {winner}"
    for number, answer in enumerate(answers):
        if number != winner:
            words = answer.content.decode()
            assert f"Text of {number}" in words
            assert f"Text of {winner}" in words


def test_of_many_saves_of_one_version_one_wins() -> None:
    author = UserFactory(staff=True)
    item = draft(author)
    results = at_once(
        [
            lambda n=n: save_part(knowhow=item, version=item.version, by=author, values={"title": f"Title {n}"})
            for n in range(EDITORS)
        ]
    )
    assert sum(isinstance(result, EditConflict) for result in results) == EDITORS - 1


def test_pressed_many_times_at_once_it_is_one_contribution() -> None:
    author, key = UserFactory(staff=True), uuid.uuid4()
    results = at_once([lambda: tell(by=author, key=key, has_promised=True, **TOLD) for _ in range(EDITORS)])
    assert [result.pk for result in results] == [KnowHow.objects.get().pk] * EDITORS
    assert Step.objects.filter(action="submitted").count() == 1


def test_confirmations_at_once_leave_the_level_that_follows_from_all_of_them() -> None:
    item = published(visibility="public")
    people = [UserFactory(staff=True) for _ in range(EDITORS)]
    at_once(
        [
            lambda person=person: share_experience(knowhow=item, by=person, verdict="matched", place="A ward")
            for person in people
        ]
    )
    item.refresh_from_db()
    assert item.experiences.count() == EDITORS
    assert item.standing == current_standing(item).level == "repeated"


TELLER = """
import os, sys, uuid
from accounts.models import User
from knowledge.services.contributing import tell
by = User.objects.get(pk=int(sys.argv[1]))
for number in range(200):
    key = uuid.UUID(int=number + 1)
    tell(by=by, key=key, summary=f"Do {number}", what_happened="It worked.", context="A ward.", has_promised=True)
    os.write(1, f"{number}\\n".encode())
"""


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_half_saved_and_loses_nothing_it_acknowledged() -> None:
    author = UserFactory(staff=True)
    teller = processes.start(TELLER, str(author.pk))
    assert teller.stdout is not None
    acknowledged = [teller.stdout.readline() for _ in range(5)]
    time.sleep(0.05)
    teller.send_signal(signal.SIGKILL)
    acknowledged += teller.stdout.read().splitlines()
    teller.wait()
    teller.stdout.close()
    done = {f"Do {int(line)}" for line in acknowledged if line.strip()}
    kept = set(KnowHow.objects.values_list("summary", flat=True))
    assert len(done) >= 5
    assert done <= kept
    assert len(kept - done) <= 1
    assert set(KnowHow.objects.values_list("status", flat=True)) == {"submitted"}
    assert Step.objects.filter(action="submitted").count() == len(kept)
    assert OutboxMessage.objects.filter(purpose="know-how.submitted").count() == len(kept)
    again = tell(by=author, key=uuid.UUID(int=1), has_promised=True, **TOLD)
    assert again.summary == "Do 0"


class Presser(Thread):
    """Somebody who sends one contribution after the other through the web server, each again until it is answered."""

    def __init__(self, port: int, cookies: str, token: str, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.cookies, self.token, self.number = port, cookies, token, number
        self.answered: list[str] = []
        self.has_to_stop = Event()

    def run(self) -> None:
        """Press until told to stop."""
        for place in itertools.count():
            summary = f"Do {self.number} {place}"
            fields = {
                "csrfmiddlewaretoken": self.token,
                "key": str(uuid.uuid4()),
                "summary": summary,
                "what_happened": "It worked.",
                "context": "A ward.",
                **dict.fromkeys(("no_patient", "consent", "may_share"), "on"),
            }
            while not self.is_answered(fields):
                if self.has_to_stop.wait(0.02):
                    return
            self.answered.append(summary)
            if self.has_to_stop.is_set():
                return

    def is_answered(self, fields: dict[str, str]) -> bool:
        """Whether the portal said thank you."""
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookies}
        try:
            server.request("POST", reverse("knowledge:tell"), urlencode(fields), headers)
            answer = server.getresponse()
            return answer.status == 302 and answer.headers["Location"].endswith("/thanks/")
        except (OSError, http.client.HTTPException):
            return False
        finally:
            server.close()


def workers_of(server: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes of the web server that answer requests."""
    listed = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


def wait_until(condition: Callable[[], object], *, seconds: float = 90) -> None:
    """Wait for the condition; fail where it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.02)


@pytest.mark.slow
def test_a_web_server_killed_in_the_middle_of_sending_halves_nothing_and_loses_nothing_it_answered() -> None:
    """First the process that answers is killed, which the server replaces; then the server with all it has."""
    author = UserFactory(staff=True)
    client = Client()
    client.force_login(author)
    token = get_random_string(32)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    served_as = ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket", "--log-level", "critical"]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "kmportal.wsgi:application", *served_as],
        env=processes.environment(),
        cwd=processes.ROOT,
        start_new_session=True,
    )
    pressers = [Presser(port, cookies, token, number) for number in range(3)]
    answered = 0
    try:
        for presser in pressers:
            presser.start()
        wait_until(lambda: sum(len(presser.answered) for presser in pressers) >= 6)
        (killed,) = workers_of(server)
        os.kill(killed, signal.SIGKILL)
        answered = sum(len(presser.answered) for presser in pressers)
        wait_until(lambda: sum(len(presser.answered) for presser in pressers) >= answered + 6)
        assert killed not in workers_of(server)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        for presser in pressers:
            presser.has_to_stop.set()
            presser.join()
    done = {summary for presser in pressers for summary in presser.answered}
    kept = list(KnowHow.objects.values_list("summary", flat=True))
    assert len(done) >= 12
    assert len(set(kept)) == len(kept)
    assert done <= set(kept)
    assert len(set(kept) - done) <= len(pressers)
    assert set(KnowHow.objects.values_list("status", flat=True)) == {"submitted"}
    assert Step.objects.filter(action="submitted").count() == len(kept)
    assert OutboxMessage.objects.filter(purpose="know-how.submitted").count() == len(kept)
