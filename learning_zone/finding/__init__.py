"""Finding learning: by words, and by what matters of learning: type, level, time, cost, access, topic, what it helps to do."""

from learning_zone.finding.choosing import Choices
from learning_zone.finding.listing import Found, find_learning

__all__ = ["Choices", "Found", "find_learning"]
