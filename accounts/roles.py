"""What each role may do in the admin: the one list from which the roles' groups get their permissions.

Names are written out, not imported: the rooms they speak of stand above this one. What a permission reaches is
narrowed further by the rooms' own rules, as with `Item.objects.editable_by`.
"""

from collections.abc import Mapping

from django.contrib.auth.models import Permission
from django.db.models import Q

from accounts.models import Role

# "app.model", or "app" for every model of it → actions. Nobody may delete what others' records hang on: people and
# organisations are switched off, topics retired, records archived or withdrawn.
Grants = Mapping[str, tuple[str, ...]]

LOOK = ("view",)
KEEP = ("view", "change")
WRITE = ("view", "add", "change")
FULL = ("view", "add", "change", "delete")

LIBRARIAN: Grants = {
    "evidence.evidence": FULL,
    "evidence.appraisal": FULL,
    "evidence.attachment": FULL,
    "evidence.importbatch": FULL,
    "evidence.importedrecord": LOOK,
    "catalogue.item": KEEP,
    "catalogue.itemperson": FULL,
    "catalogue.relation": FULL,
    "catalogue.search": ("view", "change", "delete"),
    "knowledge": WRITE,
    "learning_zone.learningresource": FULL,
    "learning_zone.courserun": FULL,
    "learning_zone.step": FULL,
    "learning_zone.chapter": FULL,
    "learning_zone.path": FULL,
    "learning_zone.pathstep": FULL,
    "learning_zone.linkcheck": LOOK,
    "events": FULL,
    "taxonomy.topic": WRITE,
    "taxonomy.entryterm": FULL,
    "taxonomy.abbreviation": FULL,
    "taxonomy.meaning": FULL,
    "taxonomy.topicmapping": FULL,
    "taxonomy.topicchange": KEEP,
    "taxonomy.concept": KEEP,
    "accounts.user": KEEP,
    "accounts.organisation": WRITE,
    "accounts.organisationdomain": FULL,
    "digests": LOOK,
    "digests.digest": KEEP,
    "digests.subscriber": KEEP,
    "digests.schedule": KEEP,
    "digests.run": KEEP,
    "digests.note": FULL,
    "digests.importchoice": FULL,
    "enquiries": KEEP,
    "pages": WRITE,
    "jobs": LOOK,
}
# Administrators pass every permission check (`User.is_superuser`); their group says so for whoever reads it.
ADMINISTRATOR: Grants = {**LIBRARIAN, "mail": LOOK}

GRANTS: dict[str, Grants] = {
    Role.READER: {},
    Role.CHAMPION: {},
    Role.LIBRARIAN: LIBRARIAN,
    Role.ADMINISTRATOR: ADMINISTRATOR,
}


def permissions_of(role: str) -> list[Permission]:
    """Return the permissions of a role in the admin; those of rooms that are not installed are left out."""
    wanted = Q(pk__in=())
    for place, actions in GRANTS[role].items():
        app, _, model = place.partition(".")
        names = Q()
        for action in actions:
            names |= Q(codename=f"{action}_{model}") if model else Q(codename__startswith=f"{action}_")
        wanted |= Q(content_type__app_label=app) & names
    return list(Permission.objects.filter(wanted))
