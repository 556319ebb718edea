"""Production settings on servers that are given by URL, as a hospital runs them."""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.kmportal.conftest import python

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "kmportal.settings.production",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "PORTAL_HOSTS": "know.example.org",
    "PORTAL_URL": "https://know.example.org",
    "EMAIL_URL": "smtp+tls://portal@mail.example.org",
    "PORTAL_FROM_EMAIL": "portal@example.org",
    "PORTAL_LIBRARY_EMAIL": "library@example.org",
}
LOOK = """
import json
from kmportal.wsgi import application
from django.conf import settings
from django.db import connection
from django.test import Client
from kmportal.celery import app
answer = Client(headers={"host": "know.example.org"}).get("/health/ready", secure=True)
with app.connection_for_write() as broker:
    broker.ensure_connection(max_retries=1)
with connection.cursor() as cursor:
    cursor.execute("SELECT current_database()")
    (database,) = cursor.fetchone()
print(json.dumps({"status": answer.status_code, "database": database, "debug": settings.DEBUG, "broker": broker.as_uri()}))
"""


@pytest.fixture
def external(db: None) -> dict[str, str]:
    """Return the addresses of servers that are not the data folder's: those of the suite, its database migrated."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    return {"DATABASE_URL": address._replace(path=f"/{name}").geturl(), "REDIS_URL": os.environ["REDIS_URL"]}


def test_production_boots_on_servers_given_by_url(external: dict[str, str], empty: Path) -> None:
    migrated = python("manage.py", "migrate", "--check", folder=empty, **COMPLETE | external)
    assert migrated.returncode == 0, migrated.stderr
    looked = python("-c", LOOK, folder=empty, **COMPLETE | external)
    assert looked.returncode == 0, looked.stderr
    assert json.loads(looked.stdout) == {
        "status": 200,
        "database": connection.settings_dict["NAME"],
        "debug": False,
        "broker": external["REDIS_URL"].partition("?")[0],
    }
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(("asked", "scheduled"), [({}, False), ({"PORTAL_CHECK_LINKS": "true"}, True)])
def test_nothing_outside_is_called_unless_asked_for(
    external: dict[str, str], empty: Path, asked: dict[str, str], scheduled: bool
) -> None:
    schedule = "from kmportal.celery import app; print(*app.conf.beat_schedule)"
    looked = python("-c", schedule, folder=empty, **COMPLETE | external | asked)
    assert ("learning-check-links" in looked.stdout) is scheduled, looked.stderr
    assert "mail-send-waiting" in looked.stdout


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORTAL_HOSTS", "EMAIL_URL"])
def test_production_names_what_is_missing(data: Path, missing: str) -> None:
    given = COMPLETE | {"DATABASE_URL": "postgresql://db.example.org/portal", "REDIS_URL": "redis://q.example.org"}
    said = python("manage.py", "check", folder=data, **given | {missing: ""})
    assert said.returncode == 1
    assert said.stderr.startswith(f"{missing} is not set.")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("refused", ["PORTAL_EMBEDDED_SERVERS", "PORTAL_DEMO"])
def test_production_refuses_what_is_for_trials(data: Path, refused: str) -> None:
    given = COMPLETE | {"DATABASE_URL": "postgresql://db.example.org/portal", "REDIS_URL": "redis://q.example.org"}
    said = python("manage.py", "check", "--deploy", folder=data, **given | {refused: "true"})
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) == 1
