"""Numbers as people would rather see them: `{% load plots %}`. Each draws one template of templates/components/."""

from collections.abc import Iterable, Sequence

from django import template
from django.utils.text import slugify

from design import charts

register = template.Library()


@register.inclusion_tag("components/progress_bar.html")
def progress_bar(done: int, total: int, *, label: str, noun: str = "records", errors: int = 0) -> dict[str, object]:
    """How far a long piece of work has got, as a bar and in words. A total of 0 means that it is not known yet."""
    return {"done": done, "total": total, "label": label, "noun": noun, "errors": errors, "stem": slugify(label)}


@register.inclusion_tag("components/sparkline.html")
def sparkline(values: Sequence[float], *, label: str) -> dict[str, object]:
    """A line through the numbers, beside a number or a table that gives them. `label` says what it shows in words."""
    points = charts.sparkline_points(values)
    return {
        "label": label,
        "width": charts.SPARKLINE_WIDTH,
        "height": charts.SPARKLINE_HEIGHT,
        "points": " ".join(f"{x},{y}" for x, y in points),
        "end": points[-1],
    }


@register.inclusion_tag("components/bar_table.html")
def bar_table(
    rows: Iterable[tuple[str, float]], *, caption: str, name: str = "Name", number: str = "Number"
) -> dict[str, object]:
    """A table of names and numbers with a bar in each row."""
    pairs = list(rows)
    shares = charts.percentages([value for _, value in pairs])
    return {
        "caption": caption,
        "name": name,
        "number": number,
        "rows": [
            {"label": label, "value": value, "share": share}
            for (label, value), share in zip(pairs, shares, strict=True)
        ],
    }
