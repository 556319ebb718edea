"""`python -m kmportal.supervisor`: run the whole portal on this machine until Ctrl-C."""

import argparse
import signal
import sys

from django.core.exceptions import ImproperlyConfigured

from kmportal.servers import ServersError, processes
from kmportal.supervisor.child import GivenUp
from kmportal.supervisor.portal import run


def main() -> int:
    """Return 0 where a signal ended the run, 1 where the portal cannot go on."""
    parser = argparse.ArgumentParser(
        prog="python -m kmportal.supervisor", description="Run the portal on this machine."
    )
    parser.add_argument("--development", action="store_true", help="reload code and assets at every change")
    parser.add_argument("--bound", action="store_true", help="stop when the process that started this one dies")
    options = parser.parse_args()
    if options.bound:
        processes.bind_to_parent(signal.SIGTERM)
    try:
        run(development=options.development)
    except (GivenUp, ServersError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    print("The portal has stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
