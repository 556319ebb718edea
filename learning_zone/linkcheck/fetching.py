"""One request to one judged address, and following redirects with the same care."""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

from learning_zone.linkcheck.policy import WEB_PORTS, Policy, is_public

TIMEOUT = 10.0
# Seconds for one request in all: a server that lets its answer drip would hold the checker for hours otherwise.
TIME_FOR_ONE = 20.0
# All steps of one link together, in seconds.
TIME_FOR_ALL = 30.0
MOST_REDIRECTS = 8
# Of a page nothing is needed but that it comes.
BYTES_READ = 2_048
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Answers by which servers refuse HEAD itself.
HEAD_REFUSED = frozenset({400, 403, 404, 405, 406, 500, 501, 503})

# Host and port → the addresses behind the name.
Resolver = Callable[[str, int], list[str]]


class RefusedAddress(Exception):
    """The address is not on the public web; nothing was sent to it."""


class NoAnswer(Exception):
    """Nothing came back; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What one server said."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Trail:
    """Where a link led. hops: status and address of every redirect. final: the address that gave the answer."""

    answer: Answer
    final: str
    hops: list[tuple[int, str]] = field(default_factory=list)

    @property
    def moved_to(self) -> str:
        """Where the link leads for good: after the last of the permanent redirects that it begins with; "" if none."""
        moved = ""
        for status, target in self.hops:
            if status not in PERMANENT:
                break
            moved = target
        return moved


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses behind a name, in the system's order; raises NoAnswer where there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NoAnswer("The host’s name is not known.") from problem
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Fetcher:
    """Asks for addresses of the web. Tests give it a resolver and a policy of their own."""

    agent: str
    may_go: Policy = is_public
    resolver: Resolver = resolve
    ports: frozenset[int] = WEB_PORTS
    timeout: float = TIMEOUT
    time_for_one: float = TIME_FOR_ONE
    before_request: Callable[[str], None] = lambda host: None

    def follow(self, url: str) -> Trail:
        """Ask for an address and follow its redirects: HEAD, and where a server refuses that, the beginning of GET.

        Raises RefusedAddress before a request would go to an address outside the policy, NoAnswer where none comes,
        where the redirects go round in a circle or where all takes too long.
        """
        return self._follow(url, self._ask_gently)

    def read(self, url: str, *, most: int) -> Answer:
        """Return the beginning of a page, where its redirects lead. Raises as `follow` does."""
        return self._follow(url, lambda step: self._ask("GET", step, most=most)).answer

    def _follow(self, url: str, ask: Callable[[str], Answer]) -> Trail:
        deadline = time.monotonic() + TIME_FOR_ALL
        seen = {url}
        hops: list[tuple[int, str]] = []
        while True:
            answer = ask(url)
            target = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not target:
                return Trail(answer, url, hops)
            url = _joined(url, target)
            if url in seen:
                raise NoAnswer("It redirects in a circle.")
            if len(hops) >= MOST_REDIRECTS:
                raise NoAnswer("It redirects too often.")
            if time.monotonic() > deadline:
                raise NoAnswer("It took too long.")
            seen.add(url)
            hops.append((answer.status, url))

    def _ask_gently(self, url: str) -> Answer:
        try:
            answer = self._ask("HEAD", url)
        except NoAnswer:
            return self._ask("GET", url)
        return self._ask("GET", url) if answer.status in HEAD_REFUSED else answer

    def _ask(self, method: str, url: str, *, most: int = BYTES_READ) -> Answer:
        parts = _split(url)
        host, port = self._judge(parts)
        address = self._address(host, port)
        self.before_request(host)
        connection = _Pinned(host, port, address=address, secure=parts.scheme == "https", timeout=self.timeout)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
        if method == "GET":
            headers["Range"] = f"bytes=0-{most - 1}"
        # A read may not last longer than `timeout`, yet there can be a thousand of them.
        stop = threading.Timer(self.time_for_one, connection.cut)
        stop.daemon = True
        stop.start()
        try:
            connection.request(method, _ascii(path), headers=headers)
            reply = connection.getresponse()
            body = reply.read(most) if method == "GET" else b""
            if connection.was_cut:
                raise TimeoutError
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, body)
        except TimeoutError as problem:
            raise NoAnswer("The server did not answer in time.") from problem
        except ssl.SSLCertVerificationError as problem:
            raise NoAnswer("Its certificate is not valid.") from problem
        except (OSError, http.client.HTTPException, ValueError) as problem:
            late = connection.was_cut
            raise NoAnswer(
                "The server did not answer in time." if late else "The server could not be reached."
            ) from problem
        finally:
            stop.cancel()
            connection.close()

    def _judge(self, parts: SplitResult) -> tuple[str, int]:
        try:
            host, port = parts.hostname, parts.port
        except ValueError as problem:
            raise RefusedAddress("It is not an address of the web.") from problem
        if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
            raise RefusedAddress("It is not an address of the web.")
        port = port or (443 if parts.scheme == "https" else 80)
        if port not in self.ports:
            raise RefusedAddress("It leads to a port that is not of the web.")
        return host, port

    def _address(self, host: str, port: int) -> str:
        addresses = self.resolver(host, port)
        # One private address among several is enough: a name that points inside is not a public one.
        if not addresses or not all(self.may_go(address) for address in addresses):
            raise RefusedAddress("It leads to an address that is not on the public internet.")
        return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to a number that was judged, speaking to the host by its name."""

    def __init__(self, host: str, port: int, *, address: str, secure: bool, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self.address = address
        self.secure = secure
        self.was_cut = False
        self._wire: socket.socket | None = None
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        """Connect to the judged number; the certificate is checked against the name."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        # Once the answer begins, http.client lets go of `sock`.
        self._wire = self.sock

    def cut(self) -> None:
        """End the connection from another thread: whoever reads gets no more."""
        self.was_cut = True
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as problem:
        raise RefusedAddress("It is not an address of the web.") from problem


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target).partition("#")[0]
    except ValueError as problem:
        raise RefusedAddress("It is not an address of the web.") from problem


def _ascii(path: str) -> str:
    """Return a path that a request line can carry."""
    return "".join(letter if "!" <= letter <= "~" else _percent(letter) for letter in path)


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode(errors="replace"))
