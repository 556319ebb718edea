"""The benchmark's invented content, its figures, and the one object it prints."""

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalogue.models import Item
from kmportal.measuring import pacing, searching
from kmportal.measuring.corpus import queries, records
from kmportal.measuring.serving import latency_of_arrivals, requests_a_second
from kmportal.measuring.timing import milliseconds, percentile
from mail.models import OutboxMessage
from taxonomy.models import Topic
from tests.factories import OrganisationFactory, TopicFactory


@pytest.mark.django_db
def test_the_invented_records_are_the_same_every_time_and_fit_their_columns() -> None:
    topics = [TopicFactory(name=f"Topic of interest {number}") for number in range(5)]
    organisation = OrganisationFactory()
    first, again = (list(records(20, topics=topics, organisations=[organisation])) for _time in range(2))
    assert [record.abstract for record in first] == [record.abstract for record in again]
    assert len({record.title for record in first}) > 15
    for record in first:
        record.full_clean(exclude=["slug", "form_group", "title_key", "review_due"])


@pytest.mark.django_db
def test_the_mix_holds_more_than_a_hundred_searches_with_and_without_filters() -> None:
    topics = [TopicFactory() for _number in range(3)]
    mix = queries(topics=topics)
    assert mix == queries(topics=topics)
    assert len(mix) >= 100
    filtered = [one for one in mix if one.keys() - {"q", "page", "sort"}]
    assert 20 <= len(filtered) <= len(mix) - 20


@pytest.mark.parametrize(
    ("values", "median", "high"), [([5.0], 5.0, 5.0), (list(map(float, range(1, 101))), 50.0, 95.0)]
)
def test_percentiles_are_values_that_occurred(values: list[float], median: float, high: float) -> None:
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (median, high)


def test_every_piece_of_work_is_timed() -> None:
    done: list[int] = []
    assert len(milliseconds(done.append, [1, 2, 3])) == len(done) == 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_benchmark_prints_one_object_and_leaves_the_portal_s_own_data_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("bench", items=12, anew=True)
    try:
        result = json.loads(capsys.readouterr().out)
        assert result.keys() == {"items", "queries", "search_page_ms", "stock_django_ms"}
        assert result["items"] == 12
        figures = itertools.chain(result["search_page_ms"].items(), result["stock_django_ms"].items())
        assert [name for name, value in figures if value > 0] == ["p50", "p95", "p50", "p95"]
        assert not Item.objects.exists()
        assert not Topic.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{connection.settings_dict["NAME"]}_bench"')


def test_no_items_are_no_measure() -> None:
    with pytest.raises(CommandError, match="one item at least"):
        call_command("bench", items=0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_searching_is_measured_by_class_of_query_by_words_and_with_meanings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCHES_FOR_MEMORY", 2)
    monkeypatch.setattr(searching, "OF_EACH", 4)
    call_command("bench_search", items=12, concurrency=2, anew=True, json=True)
    try:
        result = json.loads(capsys.readouterr().out)
        assert (result["items"], result["concurrency"]) == (12, 2)
        assert result["modes"].keys() == {"words", "hybrid"}
        for groups in result["modes"].values():
            assert [groups[name]["n"] for name in ("all", "rare", "medium", "common", "filtered")] == [12, 3, 3, 3, 3]
            assert groups["all"]["p50_ms"] > 0
            assert groups["all"]["filled"] == 1
            assert groups["all"]["score_ratio"] == pytest.approx(1, abs=0.001)
        assert result["stock_django"].keys() == {"and", "or"}
        assert all(result[name] > 0 for name in ("index_mb", "insert_ms", "rss_mb"))
        assert not Item.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{connection.settings_dict["NAME"]}_search_12"')


class Answering(BaseHTTPRequestHandler):
    """A web server with one page."""

    def do_GET(self) -> None:
        """Answer 200 at /there, else 404."""
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_pages_are_asked_for_by_readers_and_as_they_arrive() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        asked = requests_a_second(server.server_port, ["/there"], readers=2, seconds=0.2)
        assert asked["per_s"] > 1
        assert asked["p95_ms"] > 0
        arrived = latency_of_arrivals(server.server_port, ["/there"], per_second=20, seconds=0.3)
        assert 0 < arrived["p50_ms"] <= arrived["p95_ms"]
        with pytest.raises(CommandError, match="/not-there answered 404"):
            requests_a_second(server.server_port, ["/not-there"], readers=1, seconds=0.1)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_sending_is_compared_slice_by_slice_with_what_stood_beside_it() -> None:
    """A stretch in which the machine is half as fast changes the paces and not the ratio."""
    quick = pacing.Slice(sent=200, seconds=0.2, cpu_seconds=0.1, bare_per_s=2_000)
    slow = pacing.Slice(sent=200, seconds=0.4, cpu_seconds=0.1, bare_per_s=1_000)
    assert pacing.compared([quick, slow, quick]) == {
        "digests_per_s": 1_000,
        "cpu_ms_per_digest": 0.5,
        "smtplib_per_s": 2_000,
        "ratio_smtplib": 0.5,
        "ratio_smtplib_range": [0.5, 0.5],
        "ratio_smtplib_of_totals": 0.5,
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_sending_is_measured_beside_both_loops_in_runs_and_as_a_whole(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bench_digests", subscribers=60, items=20, runs=2, all=True)
    try:
        result = json.loads(capsys.readouterr().out)
        asked = "subscribers items plan_s plan_rss_mb plan_queries digests_per_s cpu_ms_per_digest smtplib_per_s"
        assert result.keys() >= {*asked.split(), "naive_per_s", "ratio_smtplib", "ratio_naive"}
        assert result["ratio_smtplib"] > 0
        assert len(result["runs_per_s"]) == len(result["runs_ratio"]) == 2
        assert result["stop_presses"] == 60
        assert 0 < result["stop_p50_ms"] <= result["stop_worst_ms"]
        assert 0 < result["all_sent"] == result["all_released"]
        assert 0 < result["tick_to_first_s"] <= result["tick_to_last_s"]
        assert not OutboxMessage.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{connection.settings_dict["NAME"]}_bench_digests" WITH (FORCE)')
