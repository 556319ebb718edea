"""That demonstration content was loaded, so that it is loaded once and stays away when cleared."""

from django.db import models


class DemonstrationLoad(models.Model):
    """One loading. `cleared_at` is set when the content was removed again."""

    loaded_at = models.DateTimeField(auto_now_add=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"loaded {self.loaded_at:%d %B %Y}"
