"""One process of the drill: `python -m kmportal.drilling.worker {worker|beat|send} [--hurried] [--clock SECONDS]`.

worker and beat are Celery's, as the portal runs them; send is a loop without Celery. --hurried makes what waits for
minutes wait for seconds. --clock sets this process's clock wrong.
"""

import argparse
import datetime
import sys
import time

import django
from django.db import DatabaseError, connection
from django.utils import timezone

# What --hurried changes: the names in mail.sending, in seconds.
HURRIED = {"LEASE": 4.0, "IN_HAND": 6.0, "FIRST_RETRY": 1.0, "LONGEST_RETRY": 3.0}
HURRIED_BATCH = 20
SWEEP = "mail-send-waiting"


def hurry() -> None:
    """Let leases, retries and sweeps take seconds."""
    from kmportal.celery import app  # noqa: PLC0415 - Django is set up first
    from mail import marking, sending  # noqa: PLC0415 - as above

    for name, seconds in HURRIED.items():
        setattr(marking if name == "IN_HAND" else sending, name, datetime.timedelta(seconds=seconds))
    sending.USABLE_LEASE = sending.LEASE * 0.6
    sending.BATCH = HURRIED_BATCH
    app.conf.beat_schedule[SWEEP] = {**app.conf.beat_schedule[SWEEP], "schedule": 1.0}


def set_clock(seconds: float) -> None:
    """Let this process believe that it is so much later."""
    right = timezone.now
    timezone.now = lambda: right() + datetime.timedelta(seconds=seconds)


def send_for_ever() -> None:
    """Say that it is ready, and send whatever waits, as a worker does, whatever happens to the database."""
    from mail.sending import send_waiting  # noqa: PLC0415 - as above

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        try:
            if not send_waiting():
                time.sleep(0.2)
        except DatabaseError:
            connection.close()
            time.sleep(0.3)


def main() -> None:
    """Read the command line and work until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("worker", "beat", "send"))
    parser.add_argument("--hurried", action="store_true")
    parser.add_argument("--clock", type=float, default=0.0)
    parser.add_argument("--schedule", default="")
    given = parser.parse_args()
    django.setup()
    from kmportal.celery import app  # noqa: PLC0415 - as above

    if given.hurried:
        hurry()
    if given.clock:
        set_clock(given.clock)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    if given.what == "send":
        send_for_ever()
    elif given.what == "worker":
        app.start(["worker", "--loglevel", "WARNING", "--concurrency", "2", *quiet])
    else:
        app.start(["beat", "--loglevel", "WARNING", "--schedule", given.schedule, "--pidfile", ""])


if __name__ == "__main__":
    main()
