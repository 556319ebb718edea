"""A person's record of a period in the order of the NMC's log: gathered once, written as a page, CSV, JSON or PDF."""

from learning_zone.log.gathering import Log, gather
from learning_zone.log.period import Period

__all__ = ["Log", "Period", "gather"]
