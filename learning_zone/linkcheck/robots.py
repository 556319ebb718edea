"""What a site asks machines to leave alone (RFC 9309)."""

from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from learning_zone.linkcheck.fetching import Fetcher, NoAnswer, RefusedAddress

MOST_BYTES = 512 * 1024


class Robots:
    """The rules of the sites met in one run; each is asked once."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher
        self._rules: dict[str, RobotFileParser] = {}

    def allow(self, url: str) -> bool:
        """Whether the site lets us look at this address. A site without rules does; so does one that fails to answer,
        as the check itself will find that out."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return True
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read(site)
        return self._rules[site].can_fetch(self.fetcher.agent, url)

    def _read(self, site: str) -> RobotFileParser:
        rules = RobotFileParser()
        try:
            answer = self.fetcher.read(f"{site}/robots.txt", most=MOST_BYTES)
        except (NoAnswer, RefusedAddress):
            answer = None
        found = answer is not None and answer.status in {200, 206}
        rules.parse(answer.body.decode(errors="replace").splitlines() if answer is not None and found else [])
        return rules
