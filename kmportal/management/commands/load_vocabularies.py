"""Load what an empty portal needs: topics, abbreviations, role groups, techniques, the pages librarians edit."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import load_roles
from knowledge.services.techniques import load_techniques
from pages.services import load_pages
from taxonomy.vocabulary import load_starting_vocabulary


class Command(BaseCommand):
    """Idempotent: a second run changes nothing, and librarians' edits are never overwritten."""

    help = "Load topics, role groups, techniques and pages into the portal. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_starting_vocabulary()
        load_roles()
        techniques = load_techniques()
        pages = load_pages()
        self.stdout.write(
            f"Topics added: {loaded.topics}. Entry terms: {loaded.entry_terms}. "
            f"Ambiguous abbreviations: {loaded.abbreviations}. Techniques added or renewed: {techniques}. Pages added: {pages}."
        )
