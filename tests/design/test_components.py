"""The components: what readers and assistive technology get, and that a wrong call fails at once."""

from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from design.cards import BAND_WORDS, CardFacts
from design.facets import ActiveFilter, Facet, Option
from design.notices import NOTICES
from design.samples import SampleItem, SampleTopics, sample_items
from tests.design.markup import elements, only


def draw(source: str, **context: Any) -> str:
    """Render a template that has the components loaded."""
    return Template("{% load components plots %}" + source).render(Context(context))


# --- Signatures ---


@pytest.mark.parametrize(
    "call",
    [
        '{% quality_tag "high" colour="red" %}',
        "{% item_card item level=2 %}",
        "{% progress_bar 1 2 %}",
        '{% search_box "/search/" %}',
        '{% breadcrumbs "Topics" %}',
        '{% empty_state %}{% endempty_state %}',
    ],
)  # fmt: skip
def test_a_call_that_does_not_fit_the_signature_fails(call: str) -> None:
    with pytest.raises((TemplateSyntaxError, TypeError)):
        draw(call, item=sample_items()[0])


def test_an_unknown_band_or_notice_fails() -> None:
    with pytest.raises(KeyError):
        draw('{% quality_tag "excellent" %}')
    with pytest.raises(KeyError):
        draw('{% status_banner "deleted" %}')


# --- Quality and notices ---


@pytest.mark.parametrize("band", BAND_WORDS)
def test_quality_is_said_in_words_and_no_two_bands_look_alike_without_colour(band: str) -> None:
    tag = draw("{% quality_tag band %}", band=band)
    assert only(tag, class_=f"kp-quality--{band}").words == BAND_WORDS[band]
    filled = len(elements(tag, "rect", class_="kp-quality__mark--filled"))
    assert filled == {"high": 4, "moderate": 3, "low": 2, "very_low": 1}.get(band, 0)


def test_what_nobody_has_checked_carries_no_marks_of_a_judgement() -> None:
    assert elements(draw('{% quality_tag "not_appraised" %}'), "svg") == []


def test_the_tools_own_words_replace_those_of_the_band() -> None:
    assert (
        only(draw('{% quality_tag "moderate" "Some concerns (RoB 2)" %}'), class_="kp-quality").words
        == "Some concerns (RoB 2)"
    )


@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_says_what_it_means(name: str) -> None:
    banner = only(
        draw("{% status_banner name detail=detail url='/new/' link='The new one' %}", name=name, detail="Why <so>"),
        class_="kp-banner",
    )
    assert NOTICES[name].heading in banner.words
    assert NOTICES[name].text in banner.words
    assert "Why <so>" in banner.words
    assert "The new one" in banner.words


# --- Cards ---


def test_a_card_links_its_title_and_states_type_quality_status_year_setting_and_topics() -> None:
    card = draw("{% item_card item %}", item=sample_items()[0])
    title = only(card, "h3")
    assert title.words == "Walking aids within reach of the bed: systematic review"
    assert title in elements(card, "a")[0].parents
    facts = [fact.words for fact in elements(card, "li", class_="kp-facts__item")]
    assert facts == [
        "Moderate certainty (GRADE)",
        "Peer reviewed",
        "Year: 2026",
        "Source: Example Journal of Ward Care",
        "Setting: Acute hospital",
        "Setting: Community",
        "Free to read",
    ]
    assert [chip.words for chip in elements(card, "a", class_="kp-chip")] == ["Falls", "Frailty"]
    assert only(card, class_="kp-card__type").words == "Systematic review Demonstration"
    assert only(card, class_="kp-card__review").words == "Last reviewed by the library on 3 March 2026"


def test_a_card_says_what_is_wrong_with_an_item() -> None:
    overdue, retracted, preprint, superseded = (draw("{% item_card item %}", item=item) for item in sample_items()[1:])
    assert only(overdue, class_="kp-card__review--overdue").words == "Past its review date of 8 January 2026"
    assert only(retracted, class_="kp-card__notice").words == "Retracted"
    assert "Preprint, not peer reviewed" in only(preprint, "article").words
    assert only(superseded, class_="kp-card__notice").words == "Newer version available"
    assert "Confirmed by someone else" in only(superseded, class_="kp-facts").words


def test_a_card_needs_no_facts_beyond_the_item_and_escapes_what_people_wrote() -> None:
    item = SampleItem(title="<b>Bold</b>", summary="1 < 2", form_label="", year=None)
    del item.card_facts
    card = draw("{% item_card item heading_level=2 %}", item=item)
    assert only(card, "h2").words == "<b>Bold</b>"
    assert only(card, class_="kp-card__text").words == "1 < 2"
    assert only(card, class_="kp-card__type").words == "Evidence"
    assert only(card, class_="kp-facts").words == "Quality not checked yet"


def test_a_searchs_pieces_replace_title_and_summary_with_the_words_marked() -> None:
    pieces = {"title": [("Walking ", False), ("aids", True)], "snippet": [("fewer ", False), ("<falls>", True)]}
    card = draw("{% item_card item title=title snippet=snippet %}", item=sample_items()[0], **pieces)
    assert [mark.words for mark in elements(card, "mark")] == ["aids", "<falls>"]
    assert only(card, "h3").words == "Walking aids"
    assert only(card, class_="kp-card__text").words == "fewer <falls>"


def test_a_card_that_says_the_day_says_the_year_once() -> None:
    facts = CardFacts(source="Tuesday 27 October 2026, 2pm", is_dated=True)
    card = draw("{% item_card item %}", item=SampleItem(title="T", summary="S", year=2026, card_facts=facts))
    assert only(card, class_="kp-facts").words.count("2026") == 1


def test_a_compact_card_leaves_out_text_topics_and_review() -> None:
    item = SampleItem(
        title="T", summary="S", topics=SampleTopics(("Falls",)), card_facts=CardFacts(access="Free to read")
    )
    assert (
        only(draw("{% item_card item compact=True %}", item=item), "article").words
        == "Systematic review T Quality not checked yet Year: 2026"
    )


def test_a_door_counts_what_is_behind_it() -> None:
    source = '{% phrase_door "apply" label="Apply and use evidence" url="/search/?phrase=apply" count=count %}'
    assert only(draw(source, count=1), class_="kp-door__count").words == "1 item"
    assert only(draw(source, count=0), class_="kp-door__count").words == "0 items"
    assert only(draw(source, count=2), "a")["href"] == "/search/?phrase=apply"


# --- Finding ---


def test_a_facet_names_its_options_and_stays_open_where_one_is_chosen() -> None:
    options = [Option("falls", "Falls", 21, selected=True), Option("pressure ulcers", "Pressure ulcers", 0)]
    panel = draw("{% facet facet %}", facet=Facet("topic", "Topic", options))
    assert only(panel, "details").get("open") == ""
    assert only(panel, "summary").words == "Filter by Topic 1 selected"
    assert [(box["id"], box["name"], box["value"], box.get("checked")) for box in elements(panel, "input")] == [
        ("topic-falls", "topic", "falls", ""),
        ("topic-pressure-ulcers", "topic", "pressure ulcers", None),
    ]
    assert [label.words for label in elements(panel, "label")] == ["Falls (21)", "Pressure ulcers (0)"]
    assert [label["for"] for label in elements(panel, "label")] == ["topic-falls", "topic-pressure-ulcers"]


def test_a_long_facet_hides_its_rest_but_never_a_chosen_option() -> None:
    options = [Option(str(n), f"Option {n}", n, selected=n == 15) for n in range(16)]
    panel = draw("{% facet facet prefix='side-' %}", facet=Facet("topic", "Topic", options))
    more = only(panel, "details", class_="kp-facet__more")["id"]
    boxes = elements(panel, "input", type="checkbox")
    hidden = [box["value"] for box in boxes if more in [parent.get("id") for parent in box.parents]]
    assert hidden == ["10", "11", "12", "13", "14"]
    assert only(panel, "summary", class_="kp-facet__more-summary").words == "Show 5 more"
    assert only(panel, "input", type="search").get("name") is None
    assert len({element["id"] for element in elements(panel) if element.get("id")}) == 16 + 3


def test_options_of_a_group_stand_under_its_words_once() -> None:
    options = [
        Option("a", "A", group="Guidance"),
        Option("b", "B", group="Guidance"),
        Option("c", "C", group="Studies"),
    ]
    panel = draw("{% facet facet %}", facet=Facet("form", "Type", options))
    assert [group.words for group in elements(panel, class_="kp-facet__group")] == ["Guidance", "Studies"]


def test_a_closed_facet_is_closed_and_can_be_opened_by_the_page() -> None:
    facet = Facet("setting", "Setting", [Option("acute", "Acute hospital")])
    assert only(draw("{% facet facet %}", facet=facet), "details").get("open") is None
    assert only(draw("{% facet facet opened=True %}", facet=facet), "details").get("open") == ""
    assert only(draw("{% facet facet %}", facet=facet), "label").words == "Acute hospital"


def test_active_filters_lead_to_the_list_without_them() -> None:
    chips = draw(
        '{% active_filters filters clear_url="/search/?q=bed" %}',
        filters=[ActiveFilter("Topic", "Falls", "/search/?q=bed&x=1")],
    )
    assert [(link.words, link["href"]) for link in elements(chips, "a")] == [
        ("Remove filter Topic: Falls", "/search/?q=bed&x=1"),
        ("Clear all filters", "/search/?q=bed"),
    ]
    assert draw('{% active_filters filters clear_url="/" %}', filters=[]).strip() == ""


def test_page_links_keep_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/search/", {"q": "a&b", "topic": ["falls", "sepsis"], "page": "6"})
    nav = draw("{% pagination page %}", request=request, page=Paginator(range(120), 10).page(6))
    links = {link.get("aria-label") or link.words: link["href"] for link in elements(nav, "a")}
    assert list(links) == ["Previous page", "Page 1", "Page 5", "Page 6", "Page 7", "Page 12", "Next page"]
    assert links["Page 1"] == "/search/?q=a%26b&topic=falls&topic=sepsis"
    assert links["Next page"] == "/search/?q=a%26b&topic=falls&topic=sepsis&page=7"
    assert only(nav, "a", aria_current="page").words == "6"
    assert (only(nav, "a", rel="prev").words, only(nav, "a", rel="next").words) == ("Previous page", "Next page")


def test_one_page_needs_no_numbers() -> None:
    request = RequestFactory().get("/search/")
    assert draw("{% pagination page %}", request=request, page=Paginator(range(3), 10).page(1)).strip() == ""


def test_the_search_box_keeps_the_words_and_can_be_the_heading() -> None:
    box = draw(
        '{% search_box "/search/" label="Find evidence" value=words heading=True hint="Try fewer words" %}',
        words='"bed" <1>',
    )
    field = only(box, "input")
    assert (field["value"], field["name"], field["type"]) == ('"bed" <1>', "q", "search")
    assert field["aria-describedby"] == only(box, class_="nhsuk-hint")["id"]
    assert only(box, "h1").words == "Find evidence"
    assert only(box, "label")["for"] == field["id"]
    assert (only(box, "form")["method"], only(box, "form")["action"]) == ("get", "/search/")
    assert elements(draw('{% search_box "" label="Find" in_form=False %}'), "form") == []


# --- Parts ---


def test_breadcrumbs_begin_at_home() -> None:
    crumbs = draw('{% breadcrumbs "Topics" "/topics/" name "/topics/falls/" %}', name="Falls & frailty")
    assert [link.words for link in elements(crumbs, "a")] == ["Home", "Topics", "Falls & frailty"]
    assert [link["href"] for link in elements(crumbs, "a")][1:] == ["/topics/", "/topics/falls/"]


def test_a_summary_list_leaves_out_what_is_not_known() -> None:
    rows = [
        ("Authors", "Okafor A"),
        ("DOI", ""),
        ("Year", 0),
        ("Funder", None),
        ("Link", mark_safe("<b>x</b>")),
    ]
    assert [term.words for term in elements(draw("{% summary_list rows %}", rows=rows), "dt")] == [
        "Authors",
        "Year",
        "Link",
    ]
    assert draw('{% summary_row label="Funder" %} {% endsummary_row %}') == ""
    assert only(draw('{% summary_row label="A" %}{{ value }}{% endsummary_row %}', value="<x>"), "dd").words == "<x>"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("{% progress_bar 420 2019 label='Reading' errors=3 %}", "420 of 2019 records, 3 with problems"),
        ("{% progress_bar 0 0 label='Reading' noun='rows' %}", "Counting rows"),
        ("{% progress_bar 5 5 label='Reading' noun='rows' %}", "5 of 5 rows"),
    ],
)
def test_progress_is_said_in_words_too(call: str, words: str) -> None:
    bar = draw(call)
    assert only(bar, class_="kp-progress__words").words == words
    assert only(bar, "progress")["aria-labelledby"] == only(bar, class_="kp-progress__label")["id"]


def test_block_components_keep_what_stands_between_their_tags() -> None:
    page = draw(
        """{% inset %}<p>{{ text }}</p>{% endinset %}
        {% warning_callout "Care" heading_level=3 %}<p>{{ text }}</p>{% endwarning_callout %}
        {% disclosure "More" element_id="more" opened=True %}<p>{{ text }}</p>{% enddisclosure %}
        {% empty_state "Nothing here" %}<p>{{ text }}</p>{% endempty_state %}""",
        text="1 < 2",
    )
    assert [paragraph.words for paragraph in elements(page, "p")] == ["1 < 2"] * 4
    assert only(page, "h3").words == "Important: Care"
    assert only(page, "details", id="more").get("open") == ""
    assert only(page, "h2").words == "Nothing here"


def test_numbers_stand_beside_their_pictures() -> None:
    line = only(draw('{% sparkline values label="From 3 to 18" %}', values=[3, 9, 18]), "svg")
    assert (line["role"], line["aria-label"]) == ("img", "From 3 to 18")
    table = draw('{% bar_table rows caption="Items" %}', rows=[("Falls", 40), ("Sleep", 10)])
    assert [cell.words for cell in elements(table, "td", class_="nhsuk-table__cell--numeric")] == ["40", "10"]
    assert [bar["width"] for bar in elements(table, "rect")] == ["100.0", "25.0"]
    assert only(table, "caption").words == "Items"


def test_copying_a_link_has_a_place_to_say_so() -> None:
    button = draw('{% copy_link "/evidence/1/x/" %}')
    assert only(button, "button")["data-copy-link"] == "/evidence/1/x/"
    assert only(button, role="status").words == ""
