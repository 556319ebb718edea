"""Forms about people."""

from django import forms


class SignUpDetailsForm(forms.Form):
    """What signing up asks beside address and password."""

    def signup(self, request: object, user: object) -> None:
        """Called by allauth once the person exists."""
