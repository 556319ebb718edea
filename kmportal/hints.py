"""What every task of the portal is: a hint that there may be work, whose loss costs time and nothing else."""

import logging
import time
from typing import Any

from celery import Task
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

logger = logging.getLogger(__name__)

# What a request may spend on a broker that does not answer, in seconds.
PATIENCE = 1.0
# How long a process leaves a broker alone that did not answer, in seconds.
PAUSE = 10.0
QUICK = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "max_retries": 0}


class Hint(Task):
    """A task that can be sent from a request: sending never raises, and never waits longer than PATIENCE.

    The row that the hint speaks of is committed already, and a sweep finds it where the hint is lost.
    """

    abstract = True
    _silent_until = 0.0

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send the hint and return Celery's result, or None where the broker did not take it."""
        if time.monotonic() < Hint._silent_until:
            return None
        try:
            if "producer" in options:
                return super().apply_async(args, kwargs, **options)
            quick = self.app.connection_for_write(transport_options={**self.app.conf.broker_transport_options, **QUICK})
            with producers[quick].acquire(block=True, timeout=PATIENCE) as producer:
                return super().apply_async(args, kwargs, producer=producer, **options)
        except (OperationalError, LimitExceeded) as error:
            Hint._silent_until = time.monotonic() + PAUSE
            logger.warning("The broker did not take the hint %s: %s", self.name, error)
            return None
