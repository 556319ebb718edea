"""Nonsense in the environment is refused with a sentence that names the variable."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from kmportal import environment


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (lambda: environment.env_bool("X"), "yes", "X must be true or false, not 'yes'."),
        (lambda: environment.env_int("X", default=1), "ten", "X must be a whole number, at least 0, not 'ten'."),
        (lambda: environment.env_int("X", default=1, maximum=5), "6", "X must be from 0 to 5, not 6."),
        (lambda: environment.env_choice("X", choices=("a", "b"), default="a"), "c", "X must be one of a, b, not 'c'."),
        (lambda: environment.env_colour("X", default="#000000"), "blue", "X must be a colour such as #1d4e5f"),
        (lambda: environment.env_path("X", default=Path("/data")), "data", "X must be an absolute path"),
        (lambda: environment.env_link_template("X"), "javascript:{doi}", "X must be an http"),
        (lambda: environment.env_link_template("X"), "https://resolver.example/", "X must be an http"),
    ],
)
def test_nonsense_is_refused(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], value: str, sentence: str
) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read()
    assert sentence in str(refusal.value)


def test_what_is_missing_is_named_with_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "  ")
    with pytest.raises(ImproperlyConfigured, match=r"X is not set\. It is needed for sending mail\."):
        environment.env_required("X", purpose="sending mail")


def test_database_url_is_read_whole() -> None:
    assert environment.database_from_url("postgresql://me:p%40ss@db.example:5433/portal?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "options": "-c jit=off -c work_mem=16MB"},
    }
    socket = environment.database_from_url("postgresql://me@/portal?host=/run/postgresql")
    assert (socket["HOST"], socket["OPTIONS"]) == ("/run/postgresql", {"options": "-c jit=off -c work_mem=16MB"})
    own = environment.database_from_url("postgresql://me@db.example/portal?options=-c%20work_mem%3D64MB")
    assert own["OPTIONS"] == {"options": "-c work_mem=64MB"}
    assert environment.database_from_url("postgresql://me@pool.example/portal?options=")["OPTIONS"] == {"options": ""}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///file", "must begin with postgresql://"),
        ("postgresql://host/", "must end with the name of the database"),
        ("postgresql://host:port/name", "cannot be read"),
        ("nonsense", "must begin with postgresql://"),
    ],
)
def test_wrong_database_urls(url: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        environment.database_from_url(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False)),
        ("smtp+tls://mail.example", ("mail.example", 587, False, True)),
        ("smtps://mail.example:4650", ("mail.example", 4650, True, False)),
    ],
)
def test_email_url(url: str, expected: tuple[str, int, bool, bool]) -> None:
    smtp = environment.email_from_url(url)
    assert (smtp["host"], smtp["port"], smtp["use_ssl"], smtp["use_tls"]) == expected
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must look like"):
        environment.email_from_url(url.replace("smtp", "http", 1))


def test_redis_url_scheme() -> None:
    assert environment.redis_url("redis://localhost/1") == "redis://localhost/1"
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must begin with redis://"):
        environment.redis_url("amqp://localhost")
