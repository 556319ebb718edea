"""From the words of a page to what a reader sees."""

import re

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from design.markdown import render_markdown
from pages.models import Page

_PLACEHOLDER = re.compile(r"\{(service_name|organisation|library_team|contact|answer_time)\}")


def with_words(text: str) -> str:
    """Return the text with {service_name}, {organisation}, {library_team}, {contact} and {answer_time} filled in."""
    words = {**settings.BRAND, "contact": reverse("enquiries:contact"), "answer_time": settings.ENQUIRY_ANSWER_TIME}
    return _PLACEHOLDER.sub(lambda found: str(words[found.group(1)]), text)


def page_html(page: Page) -> SafeString:
    """Return the page's words as safe HTML, its headings beginning at the second level."""
    return render_markdown(with_words(page.body))
