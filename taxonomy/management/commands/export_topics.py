"""Write the whole vocabulary as SKOS, suggested, retired and merged topics included."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from taxonomy.exchange.skos import FORMATS, graph_of
from taxonomy.models import Topic


class Command(BaseCommand):
    help = "Write every topic as SKOS: to a file, or to where the output goes. import_topics reads it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--format", choices=sorted(FORMATS), default="turtle")

    def handle(self, *args: Any, file: Path | None, format: str, **options: Any) -> None:
        text = graph_of(Topic.objects.all(), everything=True).serialize(format=format)
        if file is None:
            self.stdout.write(text)
        else:
            file.write_text(text, encoding="utf-8")
