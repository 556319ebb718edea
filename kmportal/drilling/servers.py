"""PostgreSQL and Valkey of the drill's own, every write brought to the disk, stopped as no keeper would stop them."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from digests.models import Digest
from kmportal.celery import app
from kmportal.environment import database_from_url, redis_url
from kmportal.measuring.serving import database_url
from kmportal.servers import ServersError, processes
from kmportal.servers.places import runtime_folder, settle, throwaway_folder
from kmportal.servers.postgres import NAME, Postgres
from kmportal.servers.server import Server
from kmportal.servers.valkey import Valkey
from mail.models import OutboxMessage

# Seconds for a server to begin, and for the database to answer again.
PATIENCE = 60.0


class OwnServers:
    """The two servers, in a folder that goes with them."""

    def __init__(self) -> None:
        self.data = throwaway_folder()
        runtime_folder(self.data)
        place = settle(self.data, throwaway=False)
        self.postgres, self.valkey = Postgres(place), Valkey(place)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        """What leads a process to them."""
        return {Postgres.variable: self.postgres.url, Valkey.variable: self.valkey.url}

    def start(self) -> None:
        """Make and start both."""
        for server in (self.postgres, self.valkey):
            server.prepare()
            self.begin(server)

    def begin(self, server: Server) -> None:
        """Start one of them and return once it answers."""
        server.clear()
        with server.log.open("ab") as log:
            process = subprocess.Popen(
                server.command,
                cwd=server.folder,
                env={"LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.bound_to_parent(signal.SIGKILL),
                **server.place.account.identity,
            )
        self._processes[server.name] = process
        ends = time.monotonic() + PATIENCE
        while not server.is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > ends:
                raise ServersError(f"{server.title} of the drill does not start; see {server.log}.")
            time.sleep(0.02)

    def stop_database_immediately(self, *, for_seconds: float) -> None:
        """Do what `pg_ctl stop -m immediate` does, nothing brought to an end, and start it again after a while."""
        self._end(self.postgres, signal.SIGQUIT)
        time.sleep(for_seconds)
        self.begin(self.postgres)
        wait_for_database()

    def kill_and_wipe_broker(self, *, for_seconds: float) -> None:
        """Kill the broker with all that it knew, and start an empty one after a while."""
        self._end(self.valkey, signal.SIGKILL)
        for entry in self.valkey.folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        time.sleep(for_seconds)
        self.begin(self.valkey)

    def _end(self, server: Server, number: signal.Signals) -> None:
        process = self._processes[server.name]
        process.send_signal(number)
        process.wait()
        # An immediate stop leaves the server's own processes a moment longer.
        processes.stop(
            processes.running_in(server.folder, program=server.program), steps=((number, 5), (signal.SIGKILL, 5))
        )

    def close(self) -> None:
        """End both and remove what they wrote."""
        for server in (self.postgres, self.valkey):
            if server.name in self._processes:
                self._end(server, signal.SIGKILL)
        shutil.rmtree(self.postgres.place.sockets, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)


@contextmanager
def own_servers() -> Iterator[OwnServers]:
    """Lead this process to servers of the drill's own, with an empty database of the portal in them."""
    before: dict[str, Any] = dict(connection.settings_dict)
    broker = app.conf.broker_url
    schema = schema_of_current()
    servers = OwnServers()
    try:
        servers.start()
        connection.close()
        connection.settings_dict.update(database_from_url(servers.postgres.url))
        app.conf.broker_url = redis_url(servers.valkey.url)
        if schema is None:
            call_command("migrate", verbosity=0, interactive=False)
        else:
            psql = [str(servers.postgres.place.postgres / "psql"), "--quiet", "--set", "ON_ERROR_STOP=1"]
            run([*psql, servers.postgres.url], entry=schema)
        yield servers
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
        app.conf.broker_url = broker
        servers.close()


def schema_of_current() -> bytes | None:
    """Return the tables of the database that is there, which is quicker than migrating; None where it lacks some."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    place = settle(throwaway_folder(), throwaway=True)
    try:
        dump = [str(place.postgres / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges"]
        return run([*dump, database_url()])
    finally:
        shutil.rmtree(place.data, ignore_errors=True)


def run(command: list[str], *, entry: bytes = b"") -> bytes:
    """Run one of PostgreSQL's programs and return what it printed. Raises ServersError with its words."""
    done = subprocess.run(command, input=entry, capture_output=True, check=False)
    if done.returncode:
        raise ServersError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def wait_for_database(seconds: float = PATIENCE) -> None:
    """Wait until the database answers this process again."""
    ends = time.monotonic() + seconds
    while True:
        connection.close()
        try:
            Digest.objects.exists()
        except DatabaseError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


def back_up(name: str) -> None:
    """Copy the database as it is now, others shut out meanwhile."""
    _on_another_database([f'DROP DATABASE IF EXISTS "{name}"', *_alone(f'CREATE DATABASE "{name}" TEMPLATE {NAME}')])


def restore(name: str) -> None:
    """Put the copy in the place of the database."""
    _on_another_database(_alone(f"DROP DATABASE {NAME}", f'ALTER DATABASE "{name}" RENAME TO {NAME}'))


def _alone(*statements: str) -> list[str]:
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NAME}'"  # noqa: S608 - a name of ours
    return [f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false", end, *statements]


def _on_another_database(statements: list[str]) -> None:
    connection.close()
    connection.settings_dict["NAME"] = "postgres"
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            cursor.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = NAME


def make_due(mailing: str = "") -> None:
    """Let what waits leave now, whatever its reader's hour and however long ago its week was."""
    rows = OutboxMessage.objects.of_mailing(mailing) if mailing else OutboxMessage.objects.all()
    rows.filter(state="waiting").update(not_before=timezone.now(), expires_at=None)
