"""What a keeper must know of a server to keep it: the small contract that PostgreSQL and Valkey fulfil."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from kmportal.servers.places import Place, private_folder


class Server(ABC):
    """One embedded server, run as a child of its keeper in a folder of its own."""

    name: ClassVar[str]  # of its folder and log
    title: ClassVar[str]  # for people
    variable: ClassVar[str]  # the environment variable that names a server of one's own
    program: ClassVar[str]
    stopping: ClassVar[Sequence[tuple[signal.Signals, float]]]  # signals in turn, with seconds of patience

    def __init__(self, place: Place) -> None:
        self.place = place

    @property
    def folder(self) -> Path:
        """The folder of its data, which is also its working folder."""
        return self.place.home / self.name

    @property
    def log(self) -> Path:
        """The file that takes what it prints."""
        return self.place.logs / f"{self.name}.log"

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for the environment variable."""

    @property
    @abstractmethod
    def command(self) -> list[str]:
        """The command that runs it in the foreground."""

    def prepare(self) -> None:
        """Make what it needs before its first start; raise ServersError where its data cannot be used."""
        private_folder(self.place.sockets, self.place.account)
        private_folder(self.folder, self.place.account)

    def clear(self) -> None:  # noqa: B027 - most servers leave nothing
        """Remove what a killed server left and would keep the next from starting. No other process runs in it now."""

    @abstractmethod
    def is_ready(self, pid: int) -> bool:
        """Say whether the process with this number now answers."""
