"""Loading the invented lead and champions of the portal's own workstream."""

from typing import Any

from pages.models import Workstream, WorkstreamPerson


def load_workstream_people(rows: list[dict[str, Any]]) -> None:
    """Name them on the public page. Nothing happens where the portal's own workstream is not there."""
    ours = Workstream.objects.filter(is_ours=True).first()
    if ours is None:
        return
    WorkstreamPerson.objects.bulk_create(
        WorkstreamPerson(
            workstream=ours,
            name=row["name"],
            capacity=row["capacity"],
            patch=row["patch"],
            is_demonstration=True,
        )
        for row in rows
    )


def clear_workstream_people() -> None:
    """Take exactly those away."""
    WorkstreamPerson.objects.filter(is_demonstration=True).delete()
