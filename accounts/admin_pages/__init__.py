"""What every page of the librarians' admin shares: history, errors in words, steps that ask before they are done."""

from accounts.admin_pages.choosing import PortalStackedInline, PortalTabularInline
from accounts.admin_pages.guarding import GuardedModelAdmin
from accounts.admin_pages.lists import ConditionFilter, UsedConditionFilter
from accounts.admin_pages.pages import FROM_DASHBOARD, PortalModelAdmin
from accounts.admin_pages.places import NextPlaceFormSet
from accounts.admin_pages.steps import Step
from accounts.admin_pages.widgets import (
    DATE_WIDGET,
    MOMENT_WIDGET,
    CheckboxesField,
    ChooseMany,
    ChooseOne,
    LinesField,
    MomentField,
)

__all__ = [
    "DATE_WIDGET",
    "FROM_DASHBOARD",
    "MOMENT_WIDGET",
    "CheckboxesField",
    "ChooseMany",
    "ChooseOne",
    "ConditionFilter",
    "GuardedModelAdmin",
    "LinesField",
    "MomentField",
    "NextPlaceFormSet",
    "PortalModelAdmin",
    "PortalStackedInline",
    "PortalTabularInline",
    "Step",
    "UsedConditionFilter",
]
