"""Learning in the librarians' admin: resources, dates, paths, links. A person's own record is not here, on purpose."""

from learning_zone.admin.links import LinkCheckAdmin
from learning_zone.admin.paths import PathAdmin
from learning_zone.admin.resources import LearningResourceAdmin
from learning_zone.admin.runs import CourseRunAdmin

__all__ = ["CourseRunAdmin", "LearningResourceAdmin", "LinkCheckAdmin", "PathAdmin"]
