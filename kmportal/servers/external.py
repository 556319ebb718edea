"""Servers of one's own, given by URL: looked at before anything starts, so that what is wrong is said in a sentence."""

from urllib.parse import urlsplit

import psycopg2
import redis
from django.core.exceptions import ImproperlyConfigured

from kmportal.environment import database_from_url, redis_url
from kmportal.servers.errors import ServersError

OLDEST_POSTGRES = 16
EXTENSIONS = ("vector", "pg_trgm", "unaccent", "btree_gin")
PATIENCE = 5  # seconds


def check_database(url: str) -> None:
    """Raise ServersError where the database cannot be reached, is too old or lacks an extension.

    An extension that is there but not yet created in the database is created for trial and rolled back, as whether
    that is allowed can be told in no other way on managed servers.
    """
    try:
        settings = database_from_url(url)
    except ImproperlyConfigured as error:
        raise ServersError(str(error)) from error
    where = f"the database {settings['NAME']} on {settings['HOST'] or 'this machine'}"
    try:
        connection = psycopg2.connect(url, connect_timeout=PATIENCE)
    except psycopg2.Error as error:
        raise ServersError(f"DATABASE_URL: {where} cannot be used: {_first_line(error)}.") from error
    try:
        version = connection.server_version // 10_000
        if version < OLDEST_POSTGRES:
            raise ServersError(
                f"DATABASE_URL: {where} runs on PostgreSQL {version}; the portal needs {OLDEST_POSTGRES}."
            )
        for name in EXTENSIONS:
            _check_extension(connection, name, where)
    finally:
        connection.close()


def check_broker(url: str) -> None:
    """Raise ServersError where the address cannot be read or no Valkey or Redis answers there."""
    try:
        parts = urlsplit(redis_url(url))
        plain = url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=", 1)
        client = redis.Redis.from_url(plain, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
    except (ImproperlyConfigured, ValueError) as error:
        raise ServersError(f"REDIS_URL cannot be read: {str(error).rstrip('.')}.") from error
    try:
        client.ping()
    except redis.RedisError as error:
        where = parts.hostname or parts.path
        raise ServersError(f"REDIS_URL: no Valkey or Redis can be used on {where}: {_first_line(error)}.") from error
    finally:
        client.close()


def _check_extension(connection: "psycopg2.extensions.connection", name: str, where: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT installed_version FROM pg_available_extensions WHERE name = %s", [name])
        found = cursor.fetchone()
        if found is None:
            raise ServersError(
                f"DATABASE_URL: {where} has no extension {name}: install it on the server (docs/hosting.md says how)."
            )
        if found[0] is None:
            try:
                cursor.execute(f'CREATE EXTENSION "{name}"')
            except psycopg2.Error as error:
                raise ServersError(
                    f"DATABASE_URL: an administrator must run this once in {where}: CREATE EXTENSION {name};"
                ) from error
            finally:
                connection.rollback()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].strip().rstrip(".")
