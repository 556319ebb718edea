"""A person's rights over their own data (UK GDPR, articles 15, 17 and 20): the copy, and going for good."""

from __future__ import annotations

import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import hooks
from accounts.models import Role, User
from accounts.services import end_sessions, refuse_to_lose_last_administrator
from mail.models import OutboxMessage
from mail.services import FAREWELL, forget_address, queue

# What stands where the name of somebody who has left would stand.
FORMER_MEMBER = "Former member"
# How long an account may wait for its address to be confirmed.
UNCONFIRMED_KEPT = datetime.timedelta(days=7)


def personal_data(*, user: User) -> dict[str, Any]:
    """Return all that the portal knows of the person, as JSON values, dates and moments."""
    return {
        "collected_at": timezone.now(),
        "account": {
            "name": user.name,
            "email": user.email,
            "role": user.get_role_display(),
            "organisation": user.organisation.name if user.organisation else None,
            "staff_since": user.staff_since,
            "staff_request": user.staff_request,
            "staff_requested_at": user.staff_requested_at,
            "joined": user.date_joined,
            "last_signed_in": user.last_login,
        },
        "addresses": [
            {"email": address.email, "confirmed": address.verified, "main": address.primary}
            for address in EmailAddress.objects.filter(user=user).order_by("pk")
        ],
        "messages_sent_to_you": list(
            OutboxMessage.objects.filter(to__iexact=user.email)
            .order_by("pk")
            .values("subject", "created_at", "sent_at")
        ),
        **{name: collect(user) for name, collect in hooks.exports().items()},
    }


@transaction.atomic
def erase(*, user: User) -> None:
    """Delete the person's account: everything that says who they are goes, what they wrote stays without a name.

    The row remains as "Former member", so that nothing written or approved loses its author; history, messages and
    what other rooms keep are cleaned in the same step, and every session ends. Raises NotAllowed where the portal
    would lose its last administrator.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.erased_at is not None:
        return
    if user.role == Role.ADMINISTRATOR:
        refuse_to_lose_last_administrator(user)
    last_address = user.email
    addresses = {last_address, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    for forget in hooks.erasures():
        forget(user)
    for address in addresses:
        forget_address(address=address)
    EmailAddress.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.email = f"former-{user.pk}@account.invalid"
    user.name = FORMER_MEMBER
    user.role = Role.READER
    user.organisation = None
    user.staff_since = user.staff_requested_at = user.staff_approved_by = None
    user.staff_request = ""
    user.last_login = None
    user.is_active = False
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()
    end_sessions(user=user)
    forget_history(user=user)
    say_farewell(address=last_address)


def forget_history(*, user: User) -> None:
    """Take name and address out of the records of earlier changes; what changed when stays."""
    events = User._meta.get_field("events").related_model
    events._default_manager.filter(pgh_obj_id=user.pk).update(  # type: ignore[union-attr]
        email=user.email, name=user.name, staff_request=""
    )
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)).update(
        object_repr=user.name
    )


def say_farewell(*, address: str) -> None:
    """Tell the person, or whoever might act in their name, that the account is gone. The outbox forgets it in a day."""
    queue(
        to=address,
        subject=f"Your account is deleted – {settings.BRAND['service_name']}",
        text=render_to_string("accounts/email/farewell.txt", {"brand": settings.BRAND}).strip(),
        reply_to=settings.LIBRARY_TEAM_EMAIL,
        purpose=FAREWELL,
        is_secret=True,
    )


@transaction.atomic
def forget_unconfirmed(*, at: datetime.datetime | None = None) -> int:
    """Delete accounts whose address nobody confirmed in time, with their history and messages; return how many."""
    moment = at or timezone.now()
    people = list(User.objects.unconfirmed(joined_before=moment - UNCONFIRMED_KEPT).select_for_update(of=("self",)))
    events = User._meta.get_field("events").related_model
    for user in people:
        forget_address(address=user.email)
        events._default_manager.filter(pgh_obj_id=user.pk).delete()  # type: ignore[union-attr]
        user.delete()
        events._default_manager.filter(pgh_obj_id=user.pk).delete()  # type: ignore[union-attr]
    return len(people)
