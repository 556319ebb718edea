"""How allauth makes and addresses people in this portal."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """allauth's own behaviour, with messages that leave through the outbox."""
