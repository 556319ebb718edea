"""The short drill: workers killed and frozen, servers stopped and wiped, weeks hard to count, a backup restored."""

import json
import subprocess
import sys

import pytest

from tests import processes

# A fault of every kind (`kmportal.drilling.drill`).
KINDS = 12


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_unnoticed_whatever_dies() -> None:
    environment = processes.environment()
    # The drill has servers of its own, and so no need of a number of its own on the broker.
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "drill_digests", "--short"],
        cwd=processes.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr
    said = json.loads(done.stdout.splitlines()[0])
    drill, restored, weeks = said["drill"], said["restored"], said["weeks"]
    assert (weeks["wrong"], weeks["mails"] > 0) == ([], True)
    assert (restored["left_while_switched_off"], restored["left_after_its_use"]) == (0, 0)
    assert restored["waiting_in_the_backup"] > 0
    wrong = {name: drill[name] for name in ("lost", "unexplained", "differing", "unfinished", "told_twice")}
    assert wrong == dict.fromkeys(wrong, 0), said
    assert (drill["messages"], drill["faults"], len(drill["slowest_next_mail_s"])) == (240, KINDS, KINDS)
    assert drill["failed"] > 0, "a mailbox that does not exist is not tried for ever"
    assert done.returncode == 0, done.stderr
