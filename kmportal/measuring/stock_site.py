"""A bare page as Django's documentation builds it, to measure beside the portal's: a search, ten titles, three facets."""

from typing import ClassVar

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db import models
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

PAGE = """<!doctype html><title>{{ q }}</title><form><input name="q" value="{{ q }}"></form>
{% for name, rows in facets %}<h2>{{ name }}</h2><ul>{% for value, number in rows %}<li>{{ value }} ({{ number }})</li>{% endfor %}</ul>{% endfor %}
<p>{{ total }} results</p><ol>{% for row in found %}<li>{{ row.title }}</li>{% endfor %}</ol>"""
FACETS = ("form", "standing", "publication_status")


class StockRow(models.Model):
    """A row of the table that `measuring.searching` makes."""

    document = SearchVectorField()
    title = models.TextField()
    form = models.TextField()
    standing = models.TextField()
    publication_status = models.TextField()

    objects: ClassVar[models.Manager["StockRow"]] = models.Manager()

    class Meta:
        app_label = "measuring"
        managed = False
        db_table = "bench_stock_row"

    def __str__(self) -> str:
        return self.title


def page(request: HttpRequest) -> HttpResponse:
    """Show what holds all the words, best first."""
    words = request.GET.get("q", "")
    query = SearchQuery(words, config="english")
    matching = StockRow.objects.filter(document=query)
    context = {
        "q": words,
        "total": matching.count(),
        "found": matching.annotate(rank=SearchRank(F("document"), query)).order_by("-rank")[:10],
        "facets": [
            (name, matching.order_by().values_list(name).annotate(number=Count("pk")).order_by("-number"))
            for name in FACETS
        ],
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context))


urlpatterns = [path("stock/", page)]
