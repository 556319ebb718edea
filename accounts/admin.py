"""People and organisations in the librarians' admin. Rights change by steps that ask; nobody sees a password's hash."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import allauth.account.admin  # noqa: F401 - see below
import django.contrib.auth.admin  # noqa: F401 - see below
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, PortalTabularInline, Step
from accounts.history import Change, Own, changes, events_of
from accounts.models import Organisation, OrganisationDomain, Role, User
from accounts.services import RANK, NotAllowed, approve_staff, remove_staff, set_role, set_sign_in
from accounts.staff import reassess_people_of

# Groups follow from roles, and addresses belong to their owners, so neither has a page here. Importing the admin of both
# apps, which Django would do after this one, makes them register first.
admin.site.unregister((Group, EmailAddress))


class ApprovalForm(forms.Form):
    """Where the person works."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.active(),
        help_text="They will read what is open to signed-in staff, and what this organisation keeps for its own people.",
    )

    def __init__(self, *args: Any, records: Sequence[User], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains = {person.email.rpartition("@")[2].lower() for person in records}
        if len(domains) == 1:
            self.fields["organisation"].initial = Organisation.objects.with_domain_of(f"@{domains.pop()}").first()


class RoleForm(forms.Form):
    """The role to give, from those that this librarian may give."""

    role = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, records: Sequence[User], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = by.role == Role.ADMINISTRATOR
        allowed = [(role.value, role.label) for role in Role if mine or RANK[role] < RANK[Role.LIBRARIAN]]
        self.fields["role"].choices = allowed  # type: ignore[attr-defined]
        self.fields["role"].initial = records[0].role


def approve(people: Sequence[User], answers: Mapping[str, Any], by: User) -> str:
    """Approve the people as staff of the organisation."""
    for person in people:
        approve_staff(user=person, organisation=answers["organisation"], by=by)
    return f"{_counted(people)} now signed-in staff of {answers['organisation']}."


def end_staff_access(people: Sequence[User], answers: Mapping[str, Any], by: User) -> str:
    """Take staff access away."""
    for person in people:
        remove_staff(user=person, by=by)
    return f"{_counted(people)} no longer signed-in staff, and signed out everywhere."


def change_role(people: Sequence[User], answers: Mapping[str, Any], by: User) -> str:
    """Give the role."""
    for person in people:
        set_role(user=person, role=answers["role"], by=by)
    return f"{_counted(people)} now {Role(answers['role']).label.lower()}."


def switch_off(people: Sequence[User], answers: Mapping[str, Any], by: User) -> str:
    """Switch the accounts off."""
    for person in people:
        set_sign_in(user=person, allowed=False, by=by)
    return f"{_counted(people)} signed out everywhere and cannot sign in."


def switch_on(people: Sequence[User], answers: Mapping[str, Any], by: User) -> str:
    """Switch the accounts on again."""
    for person in people:
        set_sign_in(user=person, allowed=True, by=by)
    return f"{_counted(people)} able to sign in again."


def _counted(people: Sequence[User]) -> str:
    return f"{people[0]} is" if len(people) == 1 else f"{len(people)} people are"


PEOPLE_STEPS = (
    Step(
        name="approve",
        label="Approve as staff…",
        question="Approve as signed-in staff?",
        button="Approve",
        lead="You vouch that they work for the organisation you choose.",
        act=approve,
        refusals=(NotAllowed,),
        form_class=ApprovalForm,
        form_takes_records=True,
        offered=lambda request, person: person.erased_at is None,
    ),
    Step(
        name="end-staff-access",
        label="End staff access…",
        question="End staff access?",
        button="End staff access",
        lead="From then on they read what is open to anyone. What they wrote stays. They are signed out everywhere.",
        act=end_staff_access,
        refusals=(NotAllowed,),
        offered=lambda request, person: person.staff_since is not None,
    ),
    Step(
        name="role",
        label="Change role…",
        question="Which role?",
        button="Change role",
        lead="Readers read. Champions also post know-how. Librarians curate and work here. Administrators also make "
        "librarians and administrators.",
        act=change_role,
        refusals=(NotAllowed,),
        form_class=RoleForm,
        form_takes_records=True,
        in_bulk=False,
        offered=lambda request, person: person.erased_at is None,
    ),
    Step(
        name="switch-off",
        label="Switch off sign-in…",
        question="Switch off sign-in?",
        button="Switch off",
        lead="They are signed out everywhere and cannot sign in again. What they wrote stays under their name.",
        act=switch_off,
        refusals=(NotAllowed,),
        in_bulk=False,
        offered=lambda request, person: person.is_active,
    ),
    Step(
        name="switch-on",
        label="Switch on sign-in…",
        question="Let them sign in again?",
        button="Switch on",
        act=switch_on,
        refusals=(NotAllowed,),
        in_bulk=False,
        offered=lambda request, person: not person.is_active and person.erased_at is None,
    ),
)


class StaffFilter(ConditionFilter):
    """Signed-in staff, those who wait for approval, and the rest."""

    title = "staff access"
    parameter_name = "staff"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """The three answers."""
        return [
            ("waiting", "Waiting for approval", Q(pk__in=User.objects.waiting_for_approval().values("pk"))),
            ("yes", "Signed-in staff", Q(staff_since__isnull=False)),
            ("no", "Public items only", Q(staff_since__isnull=True)),
        ]


class OrganisationKindFilter(ConditionFilter):
    """What kind of body the person works for."""

    title = "type of organisation"
    parameter_name = "organisation_type"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Every type, and none."""
        kinds = [(kind.value, kind.label, Q(organisation__kind=kind)) for kind in Organisation.Kind]
        return [*kinds, ("none", "No organisation", Q(organisation=None))]


@admin.register(User)
class UserAdmin(PortalModelAdmin):
    """People. They sign up themselves; here they are approved, given a role, switched off."""

    list_display = ("email", "name", "role", "organisation", "staff_words", "is_active", "date_joined")
    list_filter = (StaffFilter, "role", "is_active", OrganisationKindFilter)
    search_fields = ("email", "name", "organisation__name", "staff_request")
    search_help_text = "Search by address, name or organisation"
    list_select_related = ("organisation",)
    ordering = ("email",)
    date_hierarchy = "date_joined"
    steps = PEOPLE_STEPS
    readonly_fields = (
        "email", "role", "organisation", "staff_words", "staff_requested_at", "staff_request", "staff_approved_by",
        "is_active", "date_joined", "last_login",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "is_active")}),
        (
            "Where they work",
            {
                "fields": (
                    "organisation",
                    "staff_words",
                    "staff_request",
                    "staff_requested_at",
                    "staff_approved_by",
                ),
            },
        ),
        ("Their account", {"fields": ("date_joined", "last_login")}),
    )

    @admin.display(description="staff access", ordering="staff_since")
    def staff_words(self, person: User) -> str:
        """Whether the person counts as staff, in words."""
        if person.staff_since is not None:
            return "Signed-in staff"
        return "Waiting for approval" if person.staff_requested_at is not None else "Public items only"

    def get_history(self, record: User) -> list[Change]:
        """What happened to the account."""
        return changes(own=[Own(events_of(type(record)).filter(pgh_obj=record.pk))])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People make their own accounts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are switched off here, and deleted by their owners: what they wrote keeps an author."""
        return False


class DomainInline(PortalTabularInline):
    """The e-mail domains that prove that a person works here."""

    model = OrganisationDomain
    extra = 1


@admin.register(Organisation)
class OrganisationAdmin(PortalModelAdmin):
    """Organisations and the domains whose confirmed addresses make staff."""

    list_display = ("name", "kind", "domain_list", "people_count", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "domains__domain")
    search_help_text = "Search by name or e-mail domain"
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    inlines = (DomainInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        """Count the people and fetch the domains with the list."""
        return super().get_queryset(request).prefetch_related("domains").annotate(people_number=Count("people"))

    @admin.display(description="e-mail domains")
    def domain_list(self, organisation: Organisation) -> str:
        """The domains, one after the other."""
        return ", ".join(domain.domain for domain in organisation.domains.all())

    @admin.display(description="people", ordering="people_number")
    def people_count(self, organisation: Any) -> str:
        """How many people, leading to their list."""
        url = f"{reverse('admin:accounts_user_changelist')}?organisation__id__exact={organisation.pk}"
        return format_html('<a href="{}">{}</a>', url, organisation.people_number)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Let people's standing follow from the organisation and its domains as they are now."""
        super().save_related(request, form, formsets, change)
        reassess_people_of(organisation=form.instance)

    def get_history(self, record: Organisation) -> list[Change]:
        """What happened to the organisation."""
        return changes(own=[Own(events_of(type(record)).filter(pgh_obj=record.pk))])

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """Organisations are taken out of use: their people and records stay theirs."""
        return False
