"""The link checker: right verdicts, one request at a time, and never a request to a private address."""

import contextlib
import datetime
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from learning_zone.choices import Verdict
from learning_zone.linkcheck.checking import Politeness, check_due
from learning_zone.linkcheck.fetching import Fetcher, NoAnswer, RefusedAddress
from learning_zone.linkcheck.judging import look_at
from learning_zone.linkcheck.policy import is_public
from learning_zone.linkcheck.robots import Robots
from learning_zone.models import LinkCheck
from learning_zone.services.resources import watch_link
from tests.learning_zone.factories import LearningFactory


class Site:
    """A real web server on this machine that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer()

            def do_GET(self) -> None:
                self.answer()

            def answer(self) -> None:
                with site._lock:
                    site.asked.append((self.command, self.headers["Host"], self.path))
                    site.at_once += 1
                    site.most_at_once = max(site.most_at_once, site.at_once)
                self.is_asked = True
                try:
                    self.reply()
                finally:
                    self.leave()

            def leave(self) -> None:
                with site._lock:
                    site.at_once -= self.is_asked
                    self.is_asked = False

            def end_headers(self) -> None:
                # Whoever has the answer may ask again before this thread gets to run again.
                self.leave()
                super().end_headers()

            def reply(self) -> None:
                port = site.server.server_port
                redirects = {
                    "/chain": (301, "/chain2"),
                    "/chain2": (301, "/ok"),
                    "/temporary": (302, "/ok"),
                    "/loop": (302, "/loop2"),
                    "/loop2": (302, "/loop"),
                    "/to-loopback": (302, f"http://127.0.0.1:{port}/secret"),
                    "/to-metadata": (302, f"http://169.254.169.254:{port}/latest/meta-data/"),
                    "/to-name": (302, f"http://inside.example:{port}/secret"),
                    "/to-file": (302, "file:///etc/passwd"),
                    "/to-nonsense": (302, "http://[broken/"),
                }
                if self.path in redirects:
                    status, target = redirects[self.path]
                    self.send_response(status)
                    self.send_header("Location", target)
                elif self.path == "/robots.txt" and self.headers["Host"].startswith("moved."):
                    self.send_response(301)
                    self.send_header("Location", site.url("/robots.txt"))
                elif self.path == "/drip":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                    with contextlib.suppress(OSError):
                        for _ in range(30):
                            time.sleep(0.1)
                            self.wfile.write(b"X-Slow: yes\r\n")
                    return
                elif self.path == "/robots.txt":
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b"User-agent: *\nDisallow: /private/\n")
                    return
                elif self.path == "/slow":
                    time.sleep(1)
                    self.send_response(200)
                elif self.path == "/busy":
                    self.send_response(429)
                    self.send_header("Retry-After", "7200")
                elif self.path == "/no-head" and self.command == "HEAD":
                    self.send_response(405)
                else:
                    status = {"/missing": 404, "/gone": 410, "/sign-in": 401, "/forbidden": 403, "/error": 500}
                    self.send_response(status.get(self.path, 200))
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def url(self, path: str, host: str = "learning.example") -> str:
        return f"http://{host}:{self.server.server_port}{path}"

    def fetcher(self, **changes: object) -> Fetcher:
        """A fetcher for which names ending in .example stand on this machine and count as public."""

        def resolver(host: str, port: int) -> list[str]:
            if host == "inside.example":
                return ["10.1.2.3"]
            return ["127.0.0.1"] if host.endswith(".example") else [host]

        def may_go(address: str) -> bool:
            # The name was resolved to this machine; a link that names the machine itself must still be refused.
            return address == "127.0.0.1" and self.last_host.endswith(".example")

        def remembering(host: str, port: int) -> list[str]:
            self.last_host = host
            return resolver(host, port)

        values = {"agent": "Test/1", "resolver": remembering, "may_go": may_go, "timeout": 0.4}
        values |= {"ports": frozenset({self.server.server_port})}
        return Fetcher(**{**values, **changes})  # type: ignore[arg-type]

    @property
    def paths(self) -> list[str]:
        return [path for _, _, path in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


NOW = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("path", "verdict", "status"),
    [
        ("/ok", Verdict.WORKS, 200),
        ("/chain", Verdict.MOVED, 200),
        ("/temporary", Verdict.WORKS, 200),
        ("/loop", Verdict.FAILING, None),
        ("/missing", Verdict.FAILING, 404),
        ("/gone", Verdict.FAILING, 410),
        ("/error", Verdict.FAILING, 500),
        ("/sign-in", Verdict.UNKNOWN, 401),
        ("/forbidden", Verdict.UNKNOWN, 403),
        ("/busy", Verdict.UNKNOWN, 429),
        ("/slow", Verdict.FAILING, None),
        ("/no-head", Verdict.WORKS, 200),
        ("/to-loopback", Verdict.REFUSED, None),
        ("/to-metadata", Verdict.REFUSED, None),
        ("/to-name", Verdict.REFUSED, None),
        ("/to-file", Verdict.REFUSED, None),
        ("/to-nonsense", Verdict.REFUSED, None),
    ],
)
def test_each_answer_gets_its_verdict(site: Site, path: str, verdict: str, status: int | None) -> None:
    found = look_at(site.url(path), site.fetcher(), now=NOW)
    assert (found.verdict, found.status) == (verdict, status)
    assert "/secret" not in site.paths
    assert site.most_at_once <= (2 if path == "/slow" else 1)


def test_a_permanent_move_is_offered_as_the_new_address(site: Site) -> None:
    assert look_at(site.url("/chain"), site.fetcher(), now=NOW).moved_to == site.url("/ok")


def test_a_server_that_asks_to_wait_is_left_alone_that_long(site: Site) -> None:
    assert look_at(site.url("/busy"), site.fetcher(), now=NOW).wait == datetime.timedelta(hours=2)


def test_a_name_whose_answer_changes_is_asked_once_for_each_request(site: Site) -> None:
    """The address that was judged is the one that is connected to: a second answer is never used."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    fetcher = site.fetcher(resolver=lambda host, port: next(answers), may_go=lambda address: address == "127.0.0.1")
    assert fetcher.follow(site.url("/ok")).answer.status == 200
    with pytest.raises(RefusedAddress):
        fetcher.follow(site.url("/ok"))
    assert site.paths == ["/ok"]


def test_one_private_answer_among_public_ones_is_enough_to_refuse(site: Site) -> None:
    fetcher = site.fetcher(
        resolver=lambda host, port: ["127.0.0.1", "10.0.0.1"], may_go=lambda address: address == "127.0.0.1"
    )
    with pytest.raises(RefusedAddress):
        fetcher.follow(site.url("/ok"))
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest/", "http://10.0.0.8/",
        "http://192.168.1.1/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://0.0.0.0/",
        "http://2130706433/", "http://0x7f.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/",
        "ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:22/", "http:///x", "http://[broken/",
    ],
)  # fmt: skip
def test_the_portals_own_fetcher_goes_nowhere_private(url: str) -> None:
    with pytest.raises((RefusedAddress, NoAnswer)) as caught:
        Fetcher(agent="Test/1", timeout=0.5).follow(url)
    # Whether a number is read as an address is the system's resolver's to say; where it is not, there is no such host.
    is_number = url in {"http://2130706433/", "http://0x7f.1/"}
    assert caught.type is RefusedAddress or (is_number and caught.type is NoAnswer)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="172.16.0.0/12"))
def test_every_private_address_is_refused_however_it_is_written(address: object) -> None:
    assert not is_public(str(address))
    assert not is_public(f"::ffff:{address}")


def test_one_host_is_given_its_pause() -> None:
    waited: list[float] = []
    polite = Politeness(pause=2.0, sleep=waited.append)
    polite("one.example")
    polite("other.example")
    assert waited == []
    polite("one.example")
    assert waited == [pytest.approx(2.0, abs=0.2)]


@pytest.mark.django_db
def test_three_failures_over_a_week_make_a_link_broken(site: Site) -> None:
    resource = LearningFactory(url=site.url("/missing"))
    check = LinkCheck.objects.get(resource=resource)
    verdicts = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            clock.shift(datetime.timedelta(days=3, minutes=1))
            assert check_due(fetcher=site.fetcher()) == 1
            check.refresh_from_db()
            verdicts.append(check.verdict)
    assert verdicts == [Verdict.FAILING, Verdict.FAILING, Verdict.FAILING, Verdict.BROKEN]
    assert check_due(fetcher=site.fetcher()) == 0


@pytest.mark.django_db
def test_a_new_address_begins_anew_and_robots_are_heard(site: Site) -> None:
    resource = LearningFactory(url=site.url("/missing"))
    check_due(fetcher=site.fetcher())
    resource.url = site.url("/private/page")
    resource.save()
    watch_link(resource=resource)
    check = LinkCheck.objects.get(resource=resource)
    assert (check.verdict, check.failures) == (Verdict.UNCHECKED, 0)
    check_due(fetcher=site.fetcher())
    check.refresh_from_db()
    assert check.verdict == Verdict.UNKNOWN
    assert "/private/page" not in site.paths
    assert site.most_at_once == 1


def test_a_server_that_lets_its_answer_drip_holds_nobody_for_long(site: Site) -> None:
    begun = time.monotonic()
    found = look_at(site.url("/drip"), site.fetcher(time_for_one=0.3), now=NOW)
    assert (found.verdict, found.note) == (Verdict.FAILING, "The server did not answer in time.")
    assert time.monotonic() - begun < 2


@pytest.mark.django_db
def test_all_pages_of_a_server_that_asks_to_wait_wait(site: Site) -> None:
    busy, other, elsewhere = (
        LinkCheck.objects.get(resource=LearningFactory(url=url))
        for url in (site.url("/busy"), site.url("/ok"), site.url("/ok", host="other.example"))
    )
    assert check_due(fetcher=site.fetcher()) == 3
    for check in (busy, other, elsewhere):
        check.refresh_from_db()
    assert [(command, host.partition(":")[0]) for command, host, path in site.asked if path == "/ok"] == [
        ("HEAD", "other.example")
    ]
    assert (other.verdict, elsewhere.verdict) == (Verdict.UNCHECKED, Verdict.WORKS)
    assert other.next_check_at == pytest.approx(busy.next_check_at, abs=datetime.timedelta(seconds=5))


def test_rules_for_machines_that_have_moved_are_heard(site: Site) -> None:
    robots = Robots(site.fetcher())
    assert not robots.allow(site.url("/private/page", host="moved.example"))
    assert robots.allow(site.url("/ok", host="moved.example"))
