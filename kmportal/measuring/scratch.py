"""A database beside the portal's own, for measuring. Nothing in it is real."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection

MAX_NAME_LENGTH = 63


@contextmanager
def scratch_database(purpose: str, *, anew: bool = False) -> Iterator[None]:
    """Let the default connection lead to the portal's database of this purpose, made and migrated where needed.

    The database stays when the block ends, for the next time; anew=True empties it first. Raises CommandError with a
    sentence where this server lets us make none.
    """
    own = str(connection.settings_dict["NAME"])
    name = f"{own[: MAX_NAME_LENGTH - len(purpose) - 1]}_{purpose}"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        if anew:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            try:
                cursor.execute(f"CREATE DATABASE {quoted}")
            except ProgrammingError as refused:
                raise CommandError(
                    f"The database user may not make the database {name} to measure in. Let an administrator run: "
                    f'CREATE DATABASE "{name}" OWNER "{connection.settings_dict["USER"]}";'
                ) from refused
    try:
        _lead_to(name)
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        _lead_to(own)


def _lead_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
