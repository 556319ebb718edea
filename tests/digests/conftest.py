"""A mail server that really takes mail, and time that passes when the test says so."""

from tests.mail.conftest import in_threads, mail_server

__all__ = ["in_threads", "mail_server"]
