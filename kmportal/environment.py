"""The environment, read once and strictly: nonsense is refused with a sentence that names the variable."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, *, default: str = "") -> str:
    """Return the variable without surrounding white space, or the default where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def env_required(name: str, *, purpose: str) -> str:
    """Return the variable; raise ImproperlyConfigured, saying what it is for, where it is unset or blank."""
    value = env_str(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. It is needed for {purpose}.")
    return value


def env_bool(name: str, *, default: bool = False) -> bool:
    """Return true or false; raise ImproperlyConfigured for any other word."""
    value = env_str(name, default=str(default)).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value == "true"


def env_int(name: str, *, default: int, minimum: int = 0, maximum: int | None = None) -> int:
    """Return a whole number within the bounds; raise ImproperlyConfigured otherwise."""
    value = env_str(name, default=str(default))
    bounds = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    if not re.fullmatch(r"-?\d{1,12}", value):
        raise ImproperlyConfigured(f"{name} must be a whole number, {bounds}, not {value!r}.")
    number = int(value)
    if number < minimum or (maximum is not None and number > maximum):
        raise ImproperlyConfigured(f"{name} must be {bounds}, not {number}.")
    return number


def env_list(name: str, *, default: Sequence[str] = ()) -> list[str]:
    """Return the comma-separated words of the variable, blanks dropped."""
    value = env_str(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def env_choice(name: str, *, choices: Sequence[str], default: str) -> str:
    """Return one of the choices; raise ImproperlyConfigured for any other word."""
    value = env_str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def env_colour(name: str, *, default: str) -> str:
    """Return a colour as #rrggbb; raise ImproperlyConfigured for anything else."""
    value = env_str(name, default=default)
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ImproperlyConfigured(f"{name} must be a colour such as #1d4e5f, not {value!r}.")
    return value.lower()


def env_path(name: str, *, default: Path) -> Path:
    """Return an absolute folder or file name; raise ImproperlyConfigured where it is a relative one."""
    value = Path(env_str(name, default=str(default)))
    if not value.is_absolute():
        raise ImproperlyConfigured(f"{name} must be an absolute path, not {str(value)!r}.")
    return value


def env_rates(name: str) -> dict[str, int]:
    """Return a number for each domain of "nhs.net=600,trust.example=120"; raise ImproperlyConfigured for anything else."""
    rates: dict[str, int] = {}
    for entry in env_list(name):
        domain, _, number = entry.partition("=")
        if not domain.strip() or not number.strip().isascii() or not number.strip().isdigit() or int(number) < 1:
            raise ImproperlyConfigured(f"{name} must look like nhs.net=600,trust.example=120, not {entry!r}.")
        rates[domain.strip().lower()] = int(number)
    return rates


def env_link_template(name: str, *, default: str = "") -> str:
    """Return a link template: an http(s) address that holds {doi}, {pmid} or {url}; blank switches it off."""
    value = env_str(name, default=default)
    if value and not (
        value.startswith(("https://", "http://")) and any(key in value for key in ("{doi}", "{pmid}", "{url}"))
    ):
        raise ImproperlyConfigured(
            f"{name} must be an http(s) address that holds {{doi}}, {{pmid}} or {{url}}, not {value!r}."
        )
    return value


def database_from_url(url: str) -> dict[str, object]:
    """Return Django's database settings for postgresql://user:password@host:port/name?option=value.

    A socket folder goes into the query as host=/folder. Statements are not compiled (jit) and have 16 MB to
    sort in, unless the address says otherwise with `options`. Raises ImproperlyConfigured for any other engine, for a missing database name and for a port that
    is no number.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from error
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgresql://, as the portal runs on PostgreSQL and nothing else."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL must end with the name of the database, as in postgresql://host/name.")
    # Compiling a search over a large catalogue takes several times as long as answering it, and the
    # evidence map by setting would sort on disk. An empty `options=` is for
    # poolers of connections that let none through.
    options = {"options": "-c jit=off -c work_mem=16MB", **dict(parse_qsl(parts.query, keep_blank_values=True))}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(port or "")),
        "OPTIONS": options,
    }


def email_from_url(url: str) -> dict[str, object]:
    """Return the SMTP settings for smtp://user:password@host:port, or smtps:// and smtp+tls:// for encryption.

    Keys: host, port, user, password, use_ssl, use_tls. Raises ImproperlyConfigured for any other scheme.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {error}.") from error
    default_ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in default_ports or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587 (or smtp://, smtps://).")
    return {
        "host": parts.hostname,
        "port": port or default_ports[parts.scheme],
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp+tls",
    }


def redis_url(url: str) -> str:
    """Return the broker's address; raise ImproperlyConfigured unless it is redis://, rediss:// or redis+socket://."""
    if urlsplit(url).scheme not in {"redis", "rediss", "redis+socket", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis:// (or rediss://); that is Valkey's scheme too.")
    return url
