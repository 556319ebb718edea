"""Invitations to tell what one knows about a topic, and the topics on which little has been told."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.admin_pages import ChooseMany, PortalModelAdmin
from accounts.models import User
from knowledge.gaps import gaps_to_fill
from knowledge.models import Invitation
from knowledge.services import champions


class InvitationForm(forms.ModelForm):
    """One message to one person or several."""

    people = forms.ModelMultipleChoiceField(
        label="Whom to invite",
        queryset=User.objects.active(),
        widget=ChooseMany(Invitation._meta.get_field("person"), admin.site),
        help_text="Each gets a letter of their own and sees nobody else’s address.",
    )

    class Meta:
        model = Invitation
        fields = ("people", "topic", "message")


@admin.register(Invitation)
class InvitationAdmin(PortalModelAdmin):
    """Invitations to tell what one knows about a topic on which the portal knows little."""

    form = InvitationForm
    change_list_template = "admin/knowledge/invitation_change_list.html"
    list_display = ("person", "topic", "at", "answered_by")
    list_select_related = ("person", "topic", "answered_by")
    list_filter = ("topic",)
    search_fields = ("person__name", "topic__name")
    ordering = ("-at",)
    autocomplete_fields = ("topic",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Several people are invited at once; each invitation then stands by itself."""
        return ("person", "topic", "message") if obj else ("people", "topic", "message")

    def get_urls(self) -> list[URLPattern]:
        """Add the gaps."""
        view = self.admin_site.admin_view(self.gaps_view)
        return [path("gaps/", view, name="knowledge_invitation_gaps"), *super().get_urls()]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take topic and people from the address, people as numbers with commas."""
        initial = super().get_changeform_initial_data(request)
        named = [pk for pk in request.GET.get("people", "").split(",") if pk.isdecimal() and len(pk) < 18]
        return {**initial, "people": named}

    def gaps_view(self, request: HttpRequest) -> HttpResponse:
        """Show the topics on which know-how is missing, with the champions to ask."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Where know-how is missing",
            "opts": self.opts,
            "gaps": gaps_to_fill(request.user),  # type: ignore[arg-type]  # signed in, by admin_view
        }
        return TemplateResponse(request, "admin/knowledge/gaps.html", context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent stays as it was sent."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As above."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Send them; where one to the same person and topic is open, that one stands."""
        people = list(form.cleaned_data["people"])
        sent = champions.invite(people=people, topic=obj.topic, message=obj.message, by=request.user)  # type: ignore[arg-type]
        standing = sent or Invitation.objects.filter(person__in=people, topic=obj.topic, answered_by=None)
        obj.pk, obj.person = standing[0].pk, standing[0].person
        left_out = len(people) - len(sent)
        if left_out:
            words = "1 person has" if left_out == 1 else f"{left_out} people have"
            self.message_user(request, f"{words} an open invitation to this topic already.", messages.WARNING)
