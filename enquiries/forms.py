"""The form behind "Get in touch"."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from catalogue.models import Item
from catalogue.querysets import Reader
from design.forms import PortalForm
from enquiries.models import CONTEXT_LIMIT, QUESTION_LIMIT, Reason
from mail.validators import one_plain_line


def page_of_portal(address: str) -> str:
    """Return the address where it is a path of the portal, else ""."""
    is_path = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_path and address.isprintable() and len(address) <= CONTEXT_LIMIT else ""


def page_before(request: HttpRequest) -> str:
    """Return the path that the person came from: the link says so, or else the browser does."""
    if "from" in request.GET:
        return page_of_portal(request.GET["from"])
    before = urlsplit(request.headers.get("Referer", ""))
    is_ours = before.netloc == request.get_host() and before.path != request.path
    return page_of_portal(before.path) if is_ours else ""


class CarriedField(forms.CharField):
    """Something that a link or a page put into the form. What is wrong with it is no fault of the person who writes."""

    widget = forms.HiddenInput

    def run_validators(self, value: Any) -> None:
        """Refuse nothing: the form's own methods take what makes sense and drop the rest."""


class EnquiryForm(PortalForm):
    """A question, who asks, and what they were looking at. What comes along hidden is checked and never refused."""

    reason = forms.ChoiceField(label="What is it about?", choices=Reason, widget=forms.RadioSelect)
    question = forms.CharField(
        label="Your question or message",
        help_text="Do not write anything that could identify a patient.",
        max_length=QUESTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    name = forms.CharField(
        label="Your name",
        max_length=120,
        validators=[one_plain_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Your email address",
        help_text="We answer to this address and use it for nothing else.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    website = forms.CharField(
        label="Leave this empty: it is here to catch machines",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    from_page = CarriedField(required=False)
    item = CarriedField(required=False)
    search_query = CarriedField(required=False)
    submission = CarriedField(required=False)

    def __init__(self, *args: Any, reader: Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader

    @classmethod
    def begin(cls, request: HttpRequest) -> "EnquiryForm":
        """Return the form as it is first shown, filled in with what the link and the person's account tell."""
        user = request.user
        reason = request.GET.get("reason", "")
        return cls(
            reader=user,
            initial={
                "reason": reason if reason in Reason.values else "",
                "name": user.name if isinstance(user, User) else "",
                "email": user.email if isinstance(user, User) else "",
                "from_page": page_before(request),
                "item": request.GET.get("item", ""),
                "search_query": plain(request.GET.get("q", "")),
                "submission": str(uuid.uuid4()),
            },
        )

    def clean_website(self) -> str:
        """Raise ValidationError where the trap is filled in; a person whose browser did it can empty it."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Leave the last field empty: it is here to catch machines")
        return ""

    def clean_from_page(self) -> str:
        """The path, or nothing where it is none of ours."""
        return page_of_portal(self.cleaned_data["from_page"])

    def clean_item(self) -> Item | None:
        """The item, where there is one that this person may see."""
        return self.find_item(self.cleaned_data["item"])

    def clean_search_query(self) -> str:
        """The search, cut where it is too long."""
        return plain(self.cleaned_data["search_query"])

    def clean_submission(self) -> uuid.UUID:
        """The name of this form; a new one where it was tampered with."""
        try:
            return uuid.UUID(self.cleaned_data["submission"])
        except ValueError:
            return uuid.uuid4()

    @property
    def about_item(self) -> Item | None:
        """The item that the form speaks of, to show it."""
        return self.find_item(str(self["item"].value() or ""))

    @property
    def about_page(self) -> str:
        """The path that the form speaks of, to show it."""
        return page_of_portal(str(self["from_page"].value() or ""))

    @property
    def about_search(self) -> str:
        """The search that the form speaks of, to show it."""
        return plain(str(self["search_query"].value() or ""))

    def find_item(self, key: str) -> Item | None:
        """Return the item with this key, where the person may see it."""
        if not (key.isascii() and key.isdigit() and len(key) < 18):
            return None
        return Item.objects.visible_to(self.reader).filter(pk=int(key)).first()


def plain(words: str) -> str:
    """Return the words on one line, without control characters, no longer than the column."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())[:CONTEXT_LIMIT]
