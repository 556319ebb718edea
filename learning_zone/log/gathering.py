"""The entries of a period and their sums."""

from dataclasses import dataclass

from accounts.models import User
from learning_zone import durations
from learning_zone.choices import REVALIDATION_MINUTES, REVALIDATION_PARTICIPATORY_MINUTES
from learning_zone.log.period import Period
from learning_zone.models import LearningRecord


@dataclass(frozen=True)
class Log:
    """What one person did in a period, the earliest first."""

    person: str
    period: Period
    entries: tuple[LearningRecord, ...]

    @property
    def minutes(self) -> int:
        """All of it, in minutes."""
        return sum(entry.minutes for entry in self.entries)

    @property
    def participatory_minutes(self) -> int:
        """What was done with others, in minutes."""
        return sum(entry.participatory_minutes for entry in self.entries)

    @property
    def length(self) -> str:
        """All of it, in words."""
        return durations.in_words(self.minutes)

    @property
    def participatory_length(self) -> str:
        """What was done with others, in words."""
        return durations.in_words(self.participatory_minutes)

    @property
    def length_short(self) -> str:
        """All of it, as a column of a table shows it."""
        return durations.short(self.minutes)

    @property
    def participatory_short(self) -> str:
        """What was done with others, as a column of a table shows it."""
        return durations.short(self.participatory_minutes)

    @property
    def still_needed(self) -> tuple[str, str]:
        """What is missing of the hours, and of the participatory hours, that revalidation asks; "" for nothing."""
        missing = (
            REVALIDATION_MINUTES - self.minutes,
            REVALIDATION_PARTICIPATORY_MINUTES - self.participatory_minutes,
        )
        return tuple(durations.in_words(one) if one > 0 else "" for one in missing)  # type: ignore[return-value]


def gather(person: User, period: Period) -> Log:
    """Return the person's own record of the period. One query."""
    entries = tuple(LearningRecord.objects.of(person).between(period.first, period.last).select_related("item"))
    return Log(str(person), period, entries)
