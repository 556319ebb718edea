"""Users, organisations and their e-mail domains."""

from collections.abc import Iterator
from typing import ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.querysets import OrganisationQuerySet, UserQuerySet


@pghistory.track()
class Organisation(models.Model):
    """A body that people work for and that owns local guidelines and know-how. Names change: they are data."""

    class Kind(models.TextChoices):
        NHS_TRUST = "nhs_trust", "NHS trust"
        PRIMARY_CARE = "primary_care", "Primary care"
        ICB = "icb", "Integrated care board"
        SOCIAL_CARE = "social_care", "Social care"
        LOCAL_AUTHORITY = "local_authority", "Local authority"
        HOSPICE_OR_CHARITY = "hospice_or_charity", "Hospice or charity"
        EDUCATION = "education", "Education"
        NATIONAL = "national", "National body"

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField("type", max_length=20, choices=Kind)
    is_active = models.BooleanField("in use", default=True)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganisationDomain(models.Model):
    """An e-mail domain whose confirmed addresses prove that a person works for the organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(
        max_length=253,
        unique=True,
        help_text="The part after the @, in lower case, as in trust.example.org. Addresses in it become staff at once.",
    )

    class Meta:
        verbose_name = "e-mail domain"
        ordering: ClassVar = ["domain"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="organisation_domain_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.domain


class Role(models.TextChoices):
    """What a person may do. Each role may do all that the ones before it may."""

    READER = "reader", "Reader"
    CHAMPION = "champion", "Champion"
    LIBRARIAN = "librarian", "Librarian"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Make a person with an unusable password where none is given. Raises ValueError for a blank address."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user: User = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Make an administrator, as the createsuperuser command does."""
        fields.pop("is_staff", None)
        fields.pop("is_superuser", None)
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, whatever its case."""
        found: User = self.get(email__iexact=username)
        return found


@pghistory.track(exclude=["password", "last_login", "session_epoch", "erased_at"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address.

    `staff_since` is set while the person counts as signed-in staff: a confirmed address in an organisation's
    domain, or a librarian's approval (`staff_approved_by`). Without it only public items can be read.
    `session_epoch` is part of what a session proves: counting it up ends the person's sessions. The row of a deleted
    account stays without name and address (`erased_at`), so that what its owner wrote keeps an author.
    """

    email = models.EmailField("e-mail address")
    name = models.CharField("your name", max_length=120, blank=True)
    role = models.CharField(max_length=15, choices=Role, default=Role.READER)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    staff_since = models.DateTimeField("staff since", null=True, blank=True)
    staff_requested_at = models.DateTimeField("asked for staff access", null=True, blank=True)
    staff_request = models.CharField("where they work, in their words", max_length=300, blank=True)
    staff_approved_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="approved by"
    )
    is_active = models.BooleanField("can sign in", default=True)
    is_staff = models.BooleanField("may use the admin", default=False, editable=False)
    date_joined = models.DateTimeField("joined", default=timezone.now, editable=False)
    is_demonstration = models.BooleanField("demonstration", default=False, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    erased_at = models.DateTimeField("account deleted", null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_is_unique",
                violation_error_message="This address has an account already.",
            ),
            models.CheckConstraint(
                condition=Q(is_staff=True, role__in=("librarian", "administrator"))
                | Q(is_staff=False, role__in=("reader", "champion")),
                name="user_admin_access_follows_role",
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=True, role="administrator")
                | (Q(is_superuser=False) & ~Q(role="administrator")),
                name="user_superuser_follows_role",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the two flags that Django's admin reads in step with the role."""
        self.is_staff = self.is_librarian
        self.is_superuser = self.role == Role.ADMINISTRATOR
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_librarian(self) -> bool:
        """True for those who curate: librarians and administrators."""
        return self.role in {Role.LIBRARIAN, Role.ADMINISTRATOR}

    @property
    def is_member(self) -> bool:
        """True for signed-in staff, who may read what is not public."""
        return self.staff_since is not None or self.is_librarian

    def get_session_auth_hash(self) -> str:
        """What a session must know to go on: it changes with the password and with `session_epoch`."""
        return f"{super().get_session_auth_hash()}:{self.session_epoch}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each earlier secret key."""
        for fallback in super().get_session_auth_fallback_hash():
            yield f"{fallback}:{self.session_epoch}"

    def get_full_name(self) -> str:
        """The name, or the address where there is none."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """The first word of the name, or the part of the address before the @."""
        return self.name.split(" ")[0] if self.name else self.email.partition("@")[0]


class Usage(models.Model):
    """How often something was done lately, by one person or from one network. Counted by `accounts.limits`."""

    key = models.CharField(max_length=120, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "usage"
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="usage_ends")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


def display_name(user: User) -> str:
    """How messages to a person address them (ACCOUNT_USER_DISPLAY)."""
    return user.get_full_name()
