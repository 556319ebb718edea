"""The mail server of the drill, which can be killed and begun again at the same address."""

import socket
import subprocess
import sys
from pathlib import Path

HOST = "127.0.0.1"


class MailServer:
    """A sink (`kmportal.measuring.sink`) with one log for all of its lives."""

    def __init__(self, log: Path, *, unlucky: float = 0.0, slow: float = 0.0) -> None:
        self.log = log
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = int(free.getsockname()[1])
        self._options = ["--port", str(self.port), "--faults", str(unlucky), "--slow", str(slow)]
        self.begin()

    @property
    def url(self) -> str:
        """What EMAIL_URL is to be."""
        return f"smtp://{HOST}:{self.port}"

    @property
    def settings(self) -> dict[str, object]:
        """What settings.SMTP is to be."""
        return {"host": HOST, "port": self.port, "user": "", "password": "", "use_ssl": False, "use_tls": False}

    def begin(self) -> None:
        """Start it and return once it listens."""
        command = [sys.executable, "-m", "kmportal.measuring.sink", str(self.log), *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def close(self) -> None:
        """End it without warning."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
