"""How well the search finds, on a collection with judged queries."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kmportal.measuring.relevance import evaluate, load, read_collection
from kmportal.measuring.scratch import scratch_database


class Command(BaseCommand):
    help = "Load a folder of the BEIR layout into a scratch database and measure how well the portal's search finds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="holds corpus.jsonl, queries.jsonl and qrels.tsv")
        parser.add_argument(
            "--mode", choices=["words", "hybrid"], default="words", help="what ranks the results (default: words)"
        )
        parser.add_argument("--json", action="store_true", help="print one object instead of a sentence")

    def handle(self, *args: Any, folder: Path, mode: str, **options: Any) -> None:
        try:
            collection = read_collection(folder)
        except (OSError, ValueError, KeyError) as problem:
            raise CommandError(f"{folder} does not hold a collection of the BEIR layout: {problem}") from problem
        with scratch_database("evaluate", anew=True):
            measured = evaluate(collection, load(collection, with_meanings=mode == "hybrid"))
        result = {"mode": mode, **asdict(measured)}
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(
                f"{measured.queries:,} queries on {measured.documents:,} documents: nDCG@10 {measured.ndcg_at_10:.3f}, "
                f"MAP {measured.map:.3f}, recall@100 {measured.recall_at_100:.3f}."
            )
