"""Changes to people: roles, staff standing, ending sessions."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation, Role, User
from accounts.roles import permissions_of
from accounts.staff import tell_approved

# The group whose permissions a role carries. A reader needs none. `load_roles` gives each group its permissions.
GROUP_OF_ROLE: dict[str, str] = {
    Role.CHAMPION: "Champions",
    Role.LIBRARIAN: "Librarians",
    Role.ADMINISTRATOR: "Administrators",
}
RANK = {role: rank for rank, role in enumerate(Role.values)}


class NotAllowed(Exception):
    """The person may not make this change, or it makes no sense; the message says why."""


@transaction.atomic
def set_role(*, user: User, role: str, by: User | None) -> User:
    """Give the person a role; flags, groups and, where rights shrink, their sessions follow.

    `by` is None for a command run by whoever runs the machine. Librarians may make readers and champions,
    administrators everyone. Raises NotAllowed with a sentence for anything else, and where the last administrator
    would be lost.
    """
    if role not in Role.values:
        raise NotAllowed(f"{role!r} is not a role.")
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is not None:
        refuse_unless_may_change(user=user, by=by)
        if RANK[role] >= RANK[Role.LIBRARIAN] and by.role != Role.ADMINISTRATOR:
            raise NotAllowed("Only an administrator can make somebody a librarian or an administrator.")
    if user.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        refuse_to_lose_last_administrator(user)
    shrinks = RANK[role] < RANK[user.role]
    user.role = role
    user.save()
    groups_follow_role(user=user)
    if shrinks:
        end_sessions(user=user)
    return user


@transaction.atomic
def groups_follow_role(*, user: User) -> None:
    """Put the person into the group of their role and out of the groups of other roles; other groups stay."""
    own = GROUP_OF_ROLE.get(user.role)
    user.groups.remove(*Group.objects.filter(name__in=GROUP_OF_ROLE.values()).exclude(name=own or ""))
    if own is not None:
        group, is_new = Group.objects.get_or_create(name=own)
        if is_new:
            group.permissions.set(permissions_of(user.role))
        user.groups.add(group)


@transaction.atomic
def load_roles() -> None:
    """Give each role's group exactly the permissions of `accounts.roles`, and put everyone into the group of their role.

    Meant to be run after every upgrade; a second run changes nothing.
    """
    for role, name in GROUP_OF_ROLE.items():
        Group.objects.get_or_create(name=name)[0].permissions.set(permissions_of(role))
    for user in User.objects.filter(Q(role__in=GROUP_OF_ROLE) | Q(groups__name__in=GROUP_OF_ROLE.values())).distinct():
        groups_follow_role(user=user)


@transaction.atomic
def approve_staff(*, user: User, organisation: Organisation, by: User) -> User:
    """Let the person read as signed-in staff of the organisation, on a librarian's word, and tell them.

    An approval outlives a change of address; `remove_staff` takes it back. Raises NotAllowed with a sentence.
    """
    if not by.is_librarian:
        raise NotAllowed("Only librarians can approve staff.")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.erased_at is not None:
        raise NotAllowed("This account was deleted.")
    if not organisation.is_active:
        raise NotAllowed(f"{organisation} is no longer in use. Choose another organisation.")
    is_new = user.staff_since is None
    user.organisation = organisation
    user.staff_approved_by = by
    user.staff_since = user.staff_since or timezone.now()
    user.save()
    if is_new:
        tell_approved(user)
    return user


@transaction.atomic
def remove_staff(*, user: User, by: User) -> User:
    """Take staff standing and organisation from the person and end their sessions.

    Their request goes too, so that they do not come back to the queue; they may ask again. An address in an
    organisation's domain gives the standing back when it is next confirmed: switch the account off where the person
    must stay out. Raises NotAllowed with a sentence.
    """
    if not by.is_librarian:
        raise NotAllowed("Only librarians can remove staff access.")
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_unless_may_change(user=user, by=by)
    user.organisation = None
    user.staff_since = None
    user.staff_approved_by = None
    user.staff_requested_at = None
    user.save()
    end_sessions(user=user)
    return user


def end_sessions(*, user: User) -> None:
    """Make every session of the person worthless at its next request, whichever device it is on."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


def refuse_unless_may_change(*, user: User, by: User) -> None:
    """Raise NotAllowed unless `by` may change this other person's rights."""
    if not by.is_librarian:
        raise NotAllowed("Only librarians and administrators can change what other people may do.")
    if user.erased_at is not None:
        raise NotAllowed("This account was deleted.")
    if user.pk != by.pk and RANK[user.role] >= RANK[by.role] and by.role != Role.ADMINISTRATOR:
        raise NotAllowed("Only an administrator can change what a librarian or an administrator may do.")


def refuse_to_lose_last_administrator(user: User) -> None:
    """Raise NotAllowed where nobody else could administer the portal. Locks the administrators' rows."""
    others = User.objects.active().filter(role=Role.ADMINISTRATOR).exclude(pk=user.pk).select_for_update()
    if not others.exists():
        raise NotAllowed("This is the only administrator. Make somebody else an administrator first.")


@transaction.atomic
def set_sign_in(*, user: User, allowed: bool, by: User) -> User:
    """Switch a person's account on or off; what they wrote stays, and off ends their sessions.

    Raises NotAllowed with a sentence: nobody switches off themselves, or the last administrator.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_unless_may_change(user=user, by=by)
    if not allowed and user.pk == by.pk:
        raise NotAllowed("You cannot switch off your own account. Ask another librarian or administrator.")
    if not allowed and user.role == Role.ADMINISTRATOR:
        refuse_to_lose_last_administrator(user)
    user.is_active = allowed
    user.save()
    if not allowed:
        end_sessions(user=user)
    return user
