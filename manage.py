#!/usr/bin/env python
"""Django's command line, on the servers that run or, for as long as the command lasts, on embedded ones."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from kmportal.servers import ServersError, pretend, provide

SETTINGS = "DJANGO_SETTINGS_MODULE"
NEED_NO_SERVER = {"", "help", "--help", "-h", "version", "--version", "check", "collectstatic", "diffsettings"}


def servers(arguments: list[str]) -> AbstractContextManager[object]:
    """Return the context that a command runs in. Production is never given embedded servers: it names what is missing."""
    command = arguments[1] if len(arguments) > 1 else ""
    in_production = os.environ[SETTINGS] == "kmportal.settings.production"
    if command in NEED_NO_SERVER and "--database" not in arguments:
        return nullcontext() if in_production else pretend()
    return provide(embedded=not in_production)


def main() -> None:
    """Run the command; what is wrong with the configuration is one sentence and exit code 1."""
    os.environ.setdefault(SETTINGS, "kmportal.settings.local")
    try:
        with servers(sys.argv):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, ServersError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
