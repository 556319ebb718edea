"""What follows when allauth tells that an address was confirmed, or that somebody signed in."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, email_removed
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from accounts import staff
from accounts.models import User


@receiver(email_confirmed)
def on_confirmed(email_address: EmailAddress, **kwargs: Any) -> None:
    """A confirmed address may prove where its owner works, and the address that it replaces no longer does."""
    staff.reassess(user=email_address.user)


@receiver(email_changed)
@receiver(email_removed)
def on_changed(user: User, **kwargs: Any) -> None:
    """The address that proved where somebody works may be gone."""
    staff.reassess(user=user)


@receiver(user_logged_in)
def on_signed_in(user: User, **kwargs: Any) -> None:
    """An organisation may have entered its domain since the person was last here. Signing in only ever gives."""
    if not user.is_member:
        staff.reassess(user=user)
