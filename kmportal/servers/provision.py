"""Providing the servers: those the environment names, or embedded ones for as long as they are needed."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kmportal.servers.holding import Hold
from kmportal.servers.kinds import SERVERS
from kmportal.servers.places import default_data_folder
from kmportal.servers.postgres import Postgres
from kmportal.servers.valkey import Valkey

EMBEDDED = "PORTAL_EMBEDDED_SERVERS"  # production settings refuse it


@dataclass(frozen=True)
class Provided:
    """The embedded servers held by this process; none where the environment names servers for both."""

    data: Path
    holds: tuple[Hold, ...]


@contextmanager
def provide(data: Path | None = None, *, throwaway: bool = False, embedded: bool = True) -> Iterator[Provided]:
    """Provide DATABASE_URL and REDIS_URL in os.environ for as long as the context lasts.

    A variable that is set is left alone, after a look whether that server can be used. For one that is not, the
    embedded server of the data folder (default: PORTAL_DATA_DIR, else .data in the checkout) is shared if it runs and
    started if not; the last of its users stops it. Throw-away servers are always new and embedded, whatever the
    environment names: tests must not reach a real database. With embedded=False a variable that is not set stays so.

    Raises ServersError, or ImproperlyConfigured for a nonsensical variable; both carry one sentence.
    """
    folder = (data or default_data_folder()).resolve()
    before = dict(os.environ)
    with ExitStack() as stack:
        stack.callback(_restore, before)
        holds = []
        for server in SERVERS.values():
            url = "" if throwaway else os.environ.get(server.variable, "").strip()
            if url:
                _check(server.variable, url)
            elif embedded:
                hold = Hold(server.name, folder, throwaway=throwaway, say=_say)
                stack.callback(hold.release)
                os.environ[server.variable] = hold.url
                os.environ[EMBEDDED] = "true"
                holds.append(hold)
        yield Provided(data=folder, holds=tuple(holds))


@contextmanager
def pretend(data: Path | None = None) -> Iterator[None]:
    """Set the variables that are not set to addresses where nothing listens, for what only loads the settings."""
    before = dict(os.environ)
    folder = data or default_data_folder()
    os.environ.setdefault(Postgres.variable, f"postgresql://portal@/portal?host={folder}/sockets")
    os.environ.setdefault(Valkey.variable, f"redis+socket://{folder}/sockets/valkey.sock")
    try:
        yield
    finally:
        _restore(before)


def _restore(variables: dict[str, str]) -> None:
    for name in (*(server.variable for server in SERVERS.values()), EMBEDDED):
        os.environ.pop(name, None)
        if name in variables:
            os.environ[name] = variables[name]


def _check(variable: str, url: str) -> None:
    # Imported here because the clients take longer to load than an embedded server to start, and it needs neither.
    from kmportal.servers.external import check_broker, check_database  # noqa: PLC0415

    (check_database if variable == Postgres.variable else check_broker)(url)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
