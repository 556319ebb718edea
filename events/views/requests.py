"""What the views of people who are signed in are given."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: whoever asks is somebody."""

    user: User  # type: ignore[assignment]  # narrower than the parent's, on purpose
