"""Rows below a form that stand in an order of their own."""

from typing import Any

from django.forms.models import BaseInlineFormSet


class NextPlaceFormSet(BaseInlineFormSet):
    """Rows with a `position`: a new one is last until somebody gives it another place.

    All new rows of one form begin with the same number: equal numbers stand in the order in which they were made.
    """

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Return what one row's form is made with; `index` is None for the row that is copied in the browser."""
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        if index is None or index >= self.initial_form_count():
            last = max((row.position for row in self.get_queryset()), default=0)
            kwargs["initial"] = {"position": last + 1, **kwargs.get("initial", {})}
        return kwargs
