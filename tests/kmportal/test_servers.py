"""The embedded servers, with real ones: they keep what they were given, share, survive violence and leave nothing."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
import redis

from kmportal.servers import ServersError, provide
from kmportal.servers.places import ROOT, private_folder, runtime_folder, settle
from kmportal.servers.postgres import Postgres
from kmportal.servers.processes import is_running
from tests.kmportal.conftest import environment, python, running_servers, wait_until

WAITING_USER = (
    "import time\nfrom kmportal.servers import provide\nwith provide():\n    print('up', flush=True)\n    {then}"
)


@contextmanager
def database() -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def value(query: str) -> object:
    with database() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def broker() -> Iterator[redis.Redis]:
    url = os.environ["REDIS_URL"].replace("redis+socket://", "unix://").replace("virtual_host", "db")
    with closing(redis.Redis.from_url(url)) as client:
        yield client


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def is_ready(data: Path) -> bool:
    note = data / "postgres" / "postmaster.pid"
    return note.exists() and "ready" in note.read_text()


def kill_database(data: Path) -> None:
    """Kill the server and wait until its note of being ready is gone."""
    victim = postmaster(data)
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not is_ready(data) or postmaster(data) != victim)


def keeper(data: Path, name: str = "postgres") -> int:
    lines = [f"kmportal.servers.keeper\0{name}\0{data}".encode()]
    return next(
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (entry / "cmdline").exists() and lines[0] in (entry / "cmdline").read_bytes()
    )


def waiting_user(data: Path, then: str = "time.sleep(60)") -> subprocess.Popen[str]:
    """Start another process that uses the servers, and return once they are up."""
    user = subprocess.Popen(
        [sys.executable, "-c", WAITING_USER.format(then=then)],
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    return user


def end(user: subprocess.Popen[str], number: signal.Signals = signal.SIGKILL) -> None:
    user.send_signal(number)
    user.communicate()


def test_servers_last_as_long_as_they_are_needed(data: Path) -> None:
    with provide():
        assert os.environ["PORTAL_EMBEDDED_SERVERS"] == "true"
        assert int(str(value("SHOW server_version_num"))) >= 160_000
        with broker() as client:
            assert client.ping()
        assert running_servers(data)
    assert running_servers(data) == []
    assert "DATABASE_URL" not in os.environ
    assert "REDIS_URL" not in os.environ


def test_a_second_start_finds_the_data(data: Path) -> None:
    with provide(), database() as cursor, broker() as client:
        cursor.execute("DROP TABLE IF EXISTS finding; CREATE TABLE finding AS SELECT 'kept' AS word")
        client.rpush("queue", "kept too")
    with provide(), broker() as client:
        assert value("SELECT word FROM finding") == "kept"
        assert client.lrange("queue", 0, -1) == [b"kept too"]


def test_the_needed_extensions_come_along(empty: Path) -> None:
    with provide(), database() as cursor:
        for name in ("vector", "pg_trgm", "unaccent", "btree_gin"):
            cursor.execute(f"CREATE EXTENSION {name}")
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'")
        assert cursor.fetchone() == (4,)


def test_nobody_else_can_reach_them(empty: Path) -> None:
    with provide():
        assert value("SHOW listen_addresses") == ""
        assert value("SHOW max_connections") == "300"
        assert value("SELECT setting::int >= 128 * 128 FROM pg_settings WHERE name = 'shared_buffers'") is True
        assert value("SHOW fsync") == "on"
        assert stat.S_IMODE((empty / "sockets").stat().st_mode) == 0o700
        assert stat.S_IMODE((empty / "postgres").stat().st_mode) == 0o700
        with database() as cursor:
            cursor.execute("CREATE ROLE guest LOGIN")
        with pytest.raises(psycopg2.OperationalError, match=r"(?i)peer authentication failed"):
            psycopg2.connect(os.environ["DATABASE_URL"].replace("portal@", "guest@"))
        with broker() as client:
            assert client.config_get("port") == {"port": "0"}
            assert client.config_get("append*") | client.config_get("maxmemory-policy") == {
                "appendonly": "yes",
                "appendfsync": "everysec",
                "appendfilename": "appendonly.aof",
                "appenddirname": "appendonlydir",
                "maxmemory-policy": "noeviction",
            }


@pytest.mark.parametrize("name", ["a folder with 'signs' & ümlauts + 100%", "a list, of folders", "deep/" + "er" * 60])
def test_any_folder_will_do(empty: Path, name: str) -> None:
    folder = empty / name
    folder.parent.mkdir(mode=0o711, exist_ok=True)
    with provide(folder), broker() as client:
        assert value("SELECT 1") == 1
        assert client.ping()
        sockets = Path(str(value("SHOW unix_socket_directories")).strip('"'))
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 107
    if not sockets.is_relative_to(empty):
        sockets.rmdir()


def test_a_killed_database_is_started_again(data: Path) -> None:
    with provide():
        with database() as cursor:
            cursor.execute("DROP TABLE IF EXISTS finding; CREATE TABLE finding AS SELECT 1 AS kept")
        kill_database(data)
        wait_until(lambda: is_ready(data))
        assert value("SELECT kept FROM finding") == 1


def test_a_database_that_dies_twice_is_given_up(data: Path) -> None:
    with provide() as provided:
        hold = provided.holds[0]
        kill_database(data)
        wait_until(lambda: is_ready(data))
        os.kill(postmaster(data), signal.SIGKILL)
        wait_until(lambda: not hold.is_kept())
        with pytest.raises(ServersError, match="PostgreSQL ended twice within a minute"):
            hold.look_after()


def test_a_killed_keeper_takes_its_server_along_and_is_replaced(data: Path) -> None:
    with provide() as provided:
        with database() as cursor:
            cursor.execute("DROP TABLE IF EXISTS finding; CREATE TABLE finding AS SELECT 1 AS kept")
        first = postmaster(data)
        os.kill(keeper(data), signal.SIGKILL)
        wait_until(lambda: not is_running(first))
        provided.holds[0].look_after()
        assert value("SELECT kept FROM finding") == 1
    assert running_servers(data) == []


def test_servers_end_with_a_killed_user(data: Path) -> None:
    user = waiting_user(data)
    were_running = bool(running_servers(data))
    end(user)
    assert were_running
    wait_until(lambda: running_servers(data) == [])


def test_users_share_and_the_last_one_stops_the_servers(data: Path) -> None:
    with provide():
        first = postmaster(data)
        other = waiting_user(data, then="time.sleep(60)")
        assert postmaster(data) == first
    assert is_running(first)
    end(other, signal.SIGINT)
    wait_until(lambda: running_servers(data) == [])


def test_starters_that_race_get_one_server(data: Path) -> None:
    ask = "import os, psycopg2\n    c = psycopg2.connect(os.environ['DATABASE_URL']).cursor()\n    c.execute('SELECT pg_postmaster_start_time()')\n    print(c.fetchone()[0], flush=True)\n    input()"
    users = [
        subprocess.Popen(
            [sys.executable, "-c", WAITING_USER.format(then=ask)],
            cwd=ROOT,
            env=environment(data),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = set()
    for user in users:
        assert user.stdout is not None
        assert user.stdout.readline() == "up\n"
        said.add(user.stdout.readline())
    for user in users:
        user.communicate("\n")
    assert len(said) == 1
    wait_until(lambda: running_servers(data) == [])


def test_a_left_over_server_is_replaced(data: Path) -> None:
    with provide():
        pass
    server = Postgres(settle(data, throwaway=False))
    left_over = subprocess.Popen(
        server.command, cwd=server.folder, stderr=subprocess.DEVNULL, **server.place.account.identity
    )
    wait_until(lambda: server.is_ready(left_over.pid))
    with provide():
        assert left_over.wait(10) == 0
        assert value("SELECT 1") == 1


def test_a_stale_note_that_names_a_living_process_does_no_harm(data: Path) -> None:
    with provide():
        note = (data / "postgres/postmaster.pid").read_text().splitlines()
    innocent = subprocess.Popen(["sleep", "60"])
    (data / "postgres/postmaster.pid").write_text("\n".join([str(innocent.pid), *note[1:]]) + "\n")
    try:
        with provide():
            assert value("SELECT 1") == 1
            assert postmaster(data) != innocent.pid
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("13\n", "was written by PostgreSQL 13"), ("", "holds something that is no PostgreSQL data")],
)
def test_data_of_another_version_is_refused(empty: Path, content: str, sentence: str) -> None:
    place = settle(empty, throwaway=False)
    private_folder(place.home / "postgres", place.account)
    (place.home / "postgres" / "PG_VERSION").write_text(content)
    said = python("manage.py", "migrate", folder=empty)
    assert said.returncode == 1
    assert sentence in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_named() -> None:
    said = python("manage.py", "migrate", folder=Path("/proc/portal"))
    assert said.returncode == 1
    assert said.stderr.startswith("The data folder /proc/portal cannot be written")
    assert len(said.stderr.splitlines()) == 1


def test_a_file_in_the_place_of_the_folder_is_named(empty: Path) -> None:
    (empty / "file").touch()
    with pytest.raises(ServersError, match="cannot be written"):
        runtime_folder(empty / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(empty: Path) -> None:
    empty.chmod(0o500)
    with pytest.raises(ServersError, match="cannot be written"), provide():
        pass
    empty.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_root_runs_them_as_a_user_without_rights(data: Path) -> None:
    with provide():
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in running_servers(data)} == {
            settle(data, throwaway=False).account.uid
        }
        assert stat.S_IMODE(data.stat().st_mode) == 0o711


@pytest.mark.parametrize(
    ("variable", "address", "sentence"),
    [
        ("DATABASE_URL", "sqlite:///portal.db", "DATABASE_URL must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://h:port/x", "DATABASE_URL cannot be read"),
        (
            "DATABASE_URL",
            "postgresql://portal:secret@127.0.0.1:1/portal",
            "DATABASE_URL: the database portal on 127.0.0.1",
        ),
        ("REDIS_URL", "http://localhost", "REDIS_URL cannot be read: REDIS_URL must begin with redis://"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:1/0", "REDIS_URL: no Valkey or Redis can be used on 127.0.0.1"),
    ],
)
def test_a_wrong_address_is_one_sentence(data: Path, variable: str, address: str, sentence: str) -> None:
    said = python("manage.py", "migrate", folder=data, **{variable: address})
    assert said.returncode == 1
    assert said.stderr.startswith(sentence)
    assert len(said.stderr.splitlines()) == 1
    assert "secret" not in said.stderr


def test_a_missing_extension_is_named(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with provide(), database() as cursor:
        cursor.execute("CREATE ROLE modest LOGIN")
        cursor.execute("CREATE DATABASE modest OWNER modest")
        with (empty / "pg_ident.conf").open("a") as people:
            people.write((empty / "pg_ident.conf").read_text().replace('" portal', '" modest'))
        cursor.execute("SELECT pg_reload_conf()")
        url = os.environ["DATABASE_URL"].replace("portal@/portal", "modest@/modest")
        monkeypatch.setenv("DATABASE_URL", url)
        refused = r"an administrator must run this once .*: CREATE EXTENSION vector;"
        wait_until(lambda: _accepts(url))
        with pytest.raises(ServersError, match=refused), provide():
            pass
        monkeypatch.setattr("kmportal.servers.external.EXTENSIONS", ("no_such_extension",))
        with pytest.raises(ServersError, match="has no extension no_such_extension"), provide():
            pass


def _accepts(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def test_a_command_gets_servers_that_are_thrown_away(data: Path) -> None:
    script = (
        "import os, subprocess, sys, psycopg2;"
        "psycopg2.connect(os.environ['DATABASE_URL']).close();"
        "sleeper = subprocess.Popen(['sleep', '300'], start_new_session=True, stdout=subprocess.DEVNULL);"
        "print(os.environ['PORTAL_THROWAWAY_SERVERS'], sleeper.pid);"
        "sys.exit(7)"
    )
    named = {"DATABASE_URL": "postgresql://precious.example.org/real", "REDIS_URL": "redis://precious.example.org"}
    said = python("-m", "kmportal.servers", "--", sys.executable, "-W", "ignore", "-c", script, folder=data, **named)
    assert said.returncode == 7
    assert said.stderr == ""
    folder, sleeper = said.stdout.split()
    assert not Path(folder).exists()
    assert running_servers(Path(folder)) == []
    assert not is_running(int(sleeper))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_stopping_the_command_leaves_nothing(data: Path, number: signal.Signals) -> None:
    script = "import os, time; print(os.environ['PORTAL_THROWAWAY_SERVERS'], os.getpid(), flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "kmportal.servers", "--", sys.executable, "-c", script]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(data), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    folder, child = process.stdout.readline().split()
    process.send_signal(number)
    process.communicate()
    assert process.returncode == (128 + signal.SIGTERM if number == signal.SIGTERM else -signal.SIGKILL)
    wait_until(lambda: not Path(folder).exists())
    assert running_servers(Path(folder)) == []
    assert not is_running(int(child))


def test_a_command_that_does_not_exist_is_named(data: Path) -> None:
    said = python("-m", "kmportal.servers", "--", "no-such-command", folder=data)
    assert said.returncode == 127
    assert said.stderr == "no-such-command cannot be run: No such file or directory.\n"


def test_help_needs_no_server(empty: Path) -> None:
    said = python("manage.py", "help", folder=empty)
    assert "load_vocabularies" in said.stdout
    assert not (empty / "run").exists()
