"""The tick: settle, open what is due, plan, release. Late, double or missing ticks change nothing but the time."""

import datetime
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from digests.choices import DigestState, Frequency, RunState
from digests.models import Digest, Pulse, Run, Schedule
from digests.periods import latest_period
from digests.services import planning, releasing
from digests.services.announcing import announce

logger = logging.getLogger(__name__)

# The one row of the pulse.
PULSE = 1


@dataclass
class Ticked:
    """What one tick did: runs opened, readers planned, messages released, readers without news, runs that wait."""

    runs_opened: int = 0
    planned: int = 0
    released: int = 0
    skipped_empty: int = 0
    held: int = 0


def tick(*, now: datetime.datetime | None = None) -> Ticked:
    """Do what is due at this moment (default: now). Safe to call at any time, by any number of processes.

    Nothing is planned or released while settings.DIGESTS_ENABLED is off, as after restoring a backup.
    """
    moment = now or timezone.now()
    Pulse.objects.update_or_create(pk=PULSE, defaults={"ticked_at": timezone.now()})
    done = Ticked()
    try:
        if settings.DIGESTS_ENABLED:
            _work(done, moment)
    except DatabaseError as error:
        Pulse.objects.filter(pk=PULSE).update(error=f"{type(error).__name__}: {error}"[:500])
        raise
    Pulse.objects.filter(pk=PULSE).update(finished_at=timezone.now(), error="")
    return done


def _work(done: Ticked, moment: datetime.datetime) -> None:
    releasing.settle()
    releasing.expire(at=moment)
    releasing.forget_old(at=moment)
    passed = set()
    for schedule in schedules():
        if not schedule.is_enabled:
            continue
        period = latest_period(schedule.frequency, weekday=schedule.weekday, lead_hours=schedule.lead_hours, now=moment)
        if period.expires_at <= moment or period.key == schedule.passed_period:
            continue
        if planning.open_run(schedule=schedule, period=period, now=moment):
            done.runs_opened += 1
        elif planning.pass_by(schedule=schedule, period=period):
            passed.add(schedule.frequency)
    # Where nobody reads yet news must not heap up for the first who do. Once a week is enough, and leaves librarians time
    # to choose what of an import is announced.
    if passed - {Frequency.DAILY} and not done.runs_opened:
        announce(at=moment)
    automatic = {schedule.frequency for schedule in schedules() if schedule.is_automatic}
    for run in Run.objects.unfinished().order_by("pk"):
        if run.state == RunState.PLANNING:
            done.planned += planning.plan(run=run)
            run.refresh_from_db()
            done.skipped_empty += Digest.objects.filter(run=run, state=DigestState.EMPTY).count()
        if run.state == RunState.PLANNED and run.frequency in automatic and not run.is_late:
            done.released += releasing.release(run=run, by=None, at=moment)
        elif run.state == RunState.RELEASED:
            done.released += releasing.queue_planned(run=run)
        elif run.state in {RunState.PLANNED, RunState.HELD}:
            done.held += 1


def schedules() -> list[Schedule]:
    """Return the schedule of every frequency, made with the default rules where there is none yet."""
    known = {schedule.frequency: schedule for schedule in Schedule.objects.all()}
    for frequency in Frequency.values:
        if frequency not in known:
            known[frequency] = Schedule.objects.get_or_create(frequency=frequency)[0]
    return [known[frequency] for frequency in Frequency.values]
