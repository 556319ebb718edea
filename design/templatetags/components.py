"""The components, as tags: `{% load components %}`.

Every tag's signature is its contract: a name it does not know fails at once. Tags that end in a block take what stands
between them and their `{% end… %}`. Each draws one template of templates/components/.
"""

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from django import forms, template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from design import charts, dates
from design.cards import BAND_MARKS, BAND_WORDS, CardFacts, CardItem, quality_words
from design.facets import ActiveFilter, FacetLike, draw_options, split_options
from design.forms import PortalBoundField
from design.glossary import GLOSSARY
from design.markdown import render_markdown
from design.notices import NOTICES
from design.paging import page_numbers

register = template.Library()


# --- Words and dates ---


@register.inclusion_tag("components/date.html")
def date(value: datetime.date | datetime.datetime | None, *, time: bool = False) -> dict[str, object]:
    """A day, or with `time` a moment, in UK time: "3 March 2026 at 2:30pm". Nothing for None."""
    if time and isinstance(value, datetime.datetime):
        return {"value": dates.in_uk_time(value), "machine": value.isoformat(), "words": dates.moment_in_words(value)}
    day = dates.in_uk_time(value).date() if isinstance(value, datetime.datetime) else value
    return {"value": value, "machine": day.isoformat() if day else "", "words": dates.day_in_words(value)}


@register.filter
def day_in_words(value: datetime.date | datetime.datetime | None) -> str:
    """The day in words without mark-up, for titles, attributes and e-mails."""
    return dates.day_in_words(value)


@register.filter
def moment_in_words(value: datetime.datetime | None) -> str:
    """The moment in words without mark-up."""
    return dates.moment_in_words(value)


@register.filter
def markdown(text: str, top_heading: int = 2) -> SafeString:
    """Markdown that somebody wrote, as safe HTML whose highest headings are of this level."""
    return render_markdown(text, top_heading=top_heading)


@register.simple_tag
def item_count(number: int, noun: str = "item") -> str:
    """A number with its noun: "1 item", "1,204 items"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# --- Small marks ---


@register.inclusion_tag("components/icon.html")
def icon(name: str, *, extra: str = "") -> dict[str, object]:
    """A drawing that goes with words and is hidden from screen readers."""
    return {"name": name, "extra": extra}


@register.inclusion_tag("components/tag.html")
def tag(text: str, *, colour: str = "grey") -> dict[str, object]:
    """A short state in words: "Draft". Colours: grey, brand, green, yellow, red, outline."""
    return {"text": text, "colour": colour}


@register.inclusion_tag("components/quality_tag.html")
def quality_tag(band: str, words: str = "") -> dict[str, object]:
    """The quality of evidence in words, with marks that do not depend on colour. An unknown band fails."""
    return {
        "band": band,
        "words": quality_words(band, words),
        "marks": charts.rising_marks(BAND_MARKS[band]) if band in BAND_MARKS else (),
    }


# --- Items ---


@register.inclusion_tag("components/item_card.html")
def item_card(
    item: CardItem,
    *,
    heading_level: int = 3,
    title: Sequence[tuple[str, bool]] = (),
    snippet: Sequence[tuple[str, bool]] = (),
    show_topics: bool = True,
    compact: bool = False,
) -> dict[str, object]:
    """One item of any kind in a list. A search gives title and snippet in pieces, with whether each is to be marked."""
    facts = getattr(item, "card_facts", None) or CardFacts()
    summary = [(item.summary, False)] if item.summary else []
    return {
        "item": item,
        "facts": facts,
        "heading_level": heading_level,
        "title": title or [(item.title, False)],
        "text": snippet or summary,
        "band": item.standing if item.standing in BAND_WORDS else "",
        "show_topics": show_topics and not compact,
        "compact": compact,
        "notices": [
            NOTICES[name]
            for name, applies in (("retracted", facts.is_retracted), (item.status, item.status in NOTICES))
            if applies
        ],
        "preprint": NOTICES["preprint"] if facts.is_preprint else None,
    }


@register.inclusion_tag("components/status_banner.html")
def status_banner(
    notice: str, *, detail: str = "", on: datetime.date | None = None, url: str = "", link: str = ""
) -> dict[str, object]:
    """A plain warning above an item's text: retracted, withdrawn, superseded, archived, overdue, preprint.

    `on` is the day it speaks of, `detail` a reason in words, `url` and `link` where to go instead.
    """
    return {"notice": NOTICES[notice], "name": notice, "detail": detail, "on": on, "url": url, "link": link}


@register.inclusion_tag("components/phrase_door.html")
def phrase_door(
    phrase: str, *, label: str, url: str, count: int, description: str = "", heading_level: int = 3
) -> dict[str, object]:
    """One of the four doors of the home page: apply, build, continue, drive."""
    return {
        "phrase": phrase,
        "label": label,
        "url": url,
        "count": count,
        "description": description,
        "heading_level": heading_level,
    }


# --- Finding ---


@register.inclusion_tag("components/search_box.html")
def search_box(
    action: str,
    *,
    label: str,
    value: str = "",
    name: str = "q",
    field_id: str = "search-words",
    hint: str = "",
    heading: bool = False,
    large: bool = True,
    hide_label: bool = False,
    in_form: bool = True,
    form_id: str = "",
) -> dict[str, object]:
    """A search field with its button. With `heading` the label is the page's h1; without `in_form` the caller's form
    goes round it, or is the one with `form_id` elsewhere on the page (then `action` is ignored)."""
    return {
        "action": action,
        "label": label,
        "value": value,
        "name": name,
        "field_id": field_id,
        "hint": hint,
        "heading": heading,
        "large": large,
        "hide_label": hide_label,
        "in_form": in_form,
        "form_id": form_id,
    }


@register.inclusion_tag("components/facet.html")
def facet(facet: FacetLike, *, opened: bool = False, prefix: str = "") -> dict[str, object]:
    """One filter as a panel of tick boxes. Open where `opened`, or where an option is chosen. `prefix` keeps ids apart
    where two facets of one page share a name."""
    stem = f"{prefix}{facet.name}"
    first, rest = split_options(facet.options)
    chosen = sum(option.selected for option in facet.options)
    return {
        "facet": facet,
        "stem": stem,
        "first": draw_options(first, name=facet.name, stem=stem),
        "rest": draw_options(rest, name=facet.name, stem=stem),
        "more": len(rest),
        "chosen": chosen,
        "opened": opened or chosen > 0,
    }


@register.inclusion_tag("components/active_filters.html")
def active_filters(filters: Sequence[ActiveFilter], *, clear_url: str, heading_level: int = 3) -> dict[str, object]:
    """The filters that are on, each a link to the same list without it. Nothing where none is on."""
    return {"filters": filters, "clear_url": clear_url, "heading_level": heading_level}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: template.Context, page: Page[Any], *, parameter: str = "page", label: str = "Pages of results"
) -> dict[str, object]:
    """Numbered pages that keep the rest of the address. Nothing where there is one page."""
    request: HttpRequest = context["request"]

    def address(number: int) -> str:
        query = request.GET.copy()
        query.pop(parameter, None)
        if number > 1:
            query[parameter] = str(number)
        return f"{request.path}?{query.urlencode()}" if query else request.path

    last = page.paginator.num_pages
    return {
        "label": label,
        "last": last,
        "previous_url": address(page.number - 1) if page.number > 1 else "",
        "next_url": address(page.number + 1) if page.number < last else "",
        "pages": [
            {"number": number, "url": address(number) if number else "", "current": number == page.number}
            for number in page_numbers(page.number, last)
        ],
    }


# --- Parts of a page ---


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*steps: str, trail: Sequence[tuple[str, str]] = ()) -> dict[str, object]:
    """The way back: label and address in turn, Home left out as it is always first. `trail` holds further pairs."""
    if len(steps) % 2:
        raise template.TemplateSyntaxError("breadcrumbs takes a label and an address for each step.")
    return {"steps": [*zip(steps[::2], steps[1::2], strict=True), *trail]}


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Names and values, as pairs. A row whose value is empty is left out."""
    return {"rows": [(key, value) for key, value in rows if value not in (None, "", [], ())]}


@register.simple_block_tag
def summary_row(content: SafeString, label: str) -> SafeString:
    """One row of a hand-written `<dl class="nhsuk-summary-list">`. An empty row draws nothing."""
    return block("summary_row", content, label=label) if content.strip() else SafeString("")


@register.simple_block_tag
def empty_state(content: SafeString, title: str, heading_level: int = 2) -> SafeString:
    """What a list shows when it has nothing: a plain heading, and what one can do."""
    return block("empty_state", content, title=title, heading_level=heading_level)


@register.simple_block_tag
def inset(content: SafeString) -> SafeString:
    """Text set apart."""
    return block("inset", content)


@register.simple_block_tag
def warning_callout(content: SafeString, heading: str, heading_level: int = 2) -> SafeString:
    """Something the reader must not miss."""
    return block("warning_callout", content, heading=heading, heading_level=heading_level)


@register.simple_block_tag
def disclosure(content: SafeString, summary: str, element_id: str = "", opened: bool = False) -> SafeString:
    """Text behind a line that opens it."""
    return block("disclosure", content, summary=summary, element_id=element_id, opened=opened)


@register.inclusion_tag("components/review_line.html")
def review_line(reviewed_at: datetime.date | None, review_due: datetime.date | None) -> dict[str, object]:
    """When the library team last looked at something and when it will again. Nothing where neither is known."""
    return {"reviewed_at": reviewed_at, "review_due": review_due}


@register.inclusion_tag("components/meanings.html")
def meanings(*keys: str, summary: str = "What these words mean") -> dict[str, object]:
    """What words of the page mean, behind a line that opens it. Keys of design.glossary; an unknown one fails."""
    return {"summary": summary, "terms": [GLOSSARY[key] for key in keys]}


@register.simple_tag
def data_block(data: Mapping[str, object]) -> SafeString:
    """Data about the page for programs (JSON-LD). Browsers do not run it, so the content security policy lets it be.

    What could end the element or begin a comment in it is written as an escape of JSON.
    """
    text = json.dumps(data, ensure_ascii=False).translate(
        {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
    )
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above


@register.inclusion_tag("components/copy_link.html")
def copy_link(url: str, *, label: str = "Copy link") -> dict[str, object]:
    """A button that copies an address. It shows only where JavaScript runs."""
    return {"url": url, "label": label}


@register.inclusion_tag("components/print_button.html")
def print_button(*, label: str = "Print this page") -> dict[str, object]:
    """A button that prints the page. It shows only where JavaScript runs."""
    return {"label": label}


# --- Forms ---


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: forms.BaseForm | Literal[""] | None) -> dict[str, object]:
    """What is wrong with a form, above the page's heading, each error a link to its field. Nothing for no form, so
    that a layout may ask for it on a page without one."""
    if not form or not form.is_bound or not form.errors:
        return {"errors": []}
    fields = [portal_field(form, name) for name in form.fields]
    errors = [{"message": message, "target": ""} for message in form.non_field_errors()]
    errors += [
        {"message": message, "target": "" if field.is_hidden else field.first_id}
        for field in fields
        for message in field.errors
    ]
    return {"errors": errors}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: forms.BaseForm) -> dict[str, object]:
    """The fields of any form, also one that another app defined, in the portal's look."""
    fields = [portal_field(form, name) for name in form.fields]
    return {
        "hidden": [field for field in fields if field.is_hidden],
        "fields": [field for field in fields if not field.is_hidden],
    }


def portal_field(form: forms.BaseForm, name: str) -> PortalBoundField:
    """Return the form's field as one that the portal's templates can draw."""
    return PortalBoundField(form, form.fields[name], name)


def block(name: str, content: SafeString, **values: object) -> SafeString:
    """Draw a component round what a template wrote between its tags."""
    return render_to_string(f"components/{name}.html", {"content": content, **values})
