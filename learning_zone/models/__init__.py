"""The rows of the Learning Zone."""

from learning_zone.models.link import LinkCheck
from learning_zone.models.path import Path, PathStep
from learning_zone.models.record import LearningRecord
from learning_zone.models.resource import Chapter, CourseRun, LearningResource, Step

__all__ = ["Chapter", "CourseRun", "LearningRecord", "LearningResource", "LinkCheck", "Path", "PathStep", "Step"]
