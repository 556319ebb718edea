"""The demonstration sign-ins, as `make run` prints them. Production refuses to start with them."""

from dataclasses import dataclass

from accounts.models import User

PASSWORD = "knowvember-demo"  # noqa: S105 - invented people on a trial installation, printed for whoever tries it


@dataclass(frozen=True)
class SignIn:
    """One invented person to sign in as."""

    role: str
    email: str
    can: str


SIGN_INS = (
    SignIn("reader", "ines.calder@northbridge.example", "reads what is open to signed-in staff"),
    SignIn("champion", "comfort.adeyemi@northbridge.example", "reads, and posts know-how"),
    SignIn("librarian", "priya.raman@northbridge.example", "curates in the admin"),
    SignIn("administrator", "tom.ashdown@northbridge.example", "curates, and looks after people and roles"),
)


def sign_in_lines() -> list[str]:
    """Return the sign-ins that exist as lines for a terminal; nothing where the demonstration was cleared."""
    there = set(User.objects.active().filter(is_demonstration=True).values_list("email", flat=True))
    lines = [f"  {entry.role:<14} {entry.email:<38} {entry.can}" for entry in SIGN_INS if entry.email in there]
    if not lines:
        return []
    return ["Demonstration sign-ins, all with the password " + PASSWORD + ":", *lines]
