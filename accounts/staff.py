"""Being signed-in staff: what an address proves, what a person asks for, and telling them."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from mail.links import portal_url
from mail.services import queue


@transaction.atomic
def reassess(*, user: User) -> User:
    """Let staff standing follow from the person's confirmed main address; return the person as saved.

    An address in an organisation's domain makes them staff of it. Another address takes that away again, unless a
    librarian approved them. An approval ends where the address proves another organisation.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    organisation = organisation_proved(user)
    if organisation is not None:
        if organisation != user.organisation:
            user.staff_approved_by = None
        user.organisation = organisation
        user.staff_since = user.staff_since or timezone.now()
    elif user.staff_approved_by_id is None and user.staff_since is not None:
        user.staff_since = None
        user.organisation = None
    user.save(update_fields=["organisation", "staff_since", "staff_approved_by"])
    return user


def organisation_proved(user: User) -> Organisation | None:
    """Return the organisation that the person's confirmed main address belongs to, if any."""
    address = EmailAddress.objects.filter(user=user, primary=True, verified=True).first()
    return Organisation.objects.with_domain_of(address.email).first() if address else None


@transaction.atomic
def reassess_people_of(*, organisation: Organisation) -> int:
    """Bring people in step after the organisation or its domains have changed; return how many were looked at.

    Only those are, whose standing and address disagree: those it gains, and those of its own that it loses.
    """
    in_domain = Q(pk__in=[])
    if organisation.is_active:
        for domain in organisation.domains.values_list("domain", flat=True):
            in_domain |= Q(email__iendswith=f"@{domain}")
    gained = in_domain & (Q(staff_since=None) | Q(organisation=None) | ~Q(organisation=organisation))
    lost = Q(organisation=organisation, staff_approved_by=None, staff_since__isnull=False) & ~in_domain
    confirmed = EmailAddress.objects.filter(primary=True, verified=True)
    people = list(User.objects.filter(gained | lost, pk__in=confirmed.values("user")))
    for user in people:
        reassess(user=user)
    return len(people)


@transaction.atomic
def ask_for_access(*, user: User, words: str) -> User:
    """Note where the person says they work, for a librarian to decide. Asking again replaces the words."""
    user.staff_request = words
    user.staff_requested_at = timezone.now()
    user.save(update_fields=["staff_request", "staff_requested_at"])
    return user


def tell_approved(user: User) -> None:
    """Write to a person that a librarian has approved them."""
    queue(
        to=user.email,
        subject=f"You can now read what is for staff – {settings.BRAND['service_name']}",
        text=render_to_string(
            "accounts/email/staff_approved.txt",
            {
                "user": user,
                "brand": settings.BRAND,
                "search_url": portal_url(reverse("search")),
                "account_url": portal_url(reverse("accounts:account")),
            },
        ).strip(),
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        purpose="account",
    )
