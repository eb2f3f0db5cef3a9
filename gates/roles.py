"""The roles: Django groups and their permissions.

`ROLES` is complete: `create_groups`, which `bootstrap` calls, takes all other permissions away.
"""

from collections.abc import Collection

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q

VIEW = ("view",)
EDIT = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")

# Group → model → permissions.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "Founder": {
        "gates.launch": ALL,
        "gates.section": ALL,
        "gates.owner": ALL,
        "gates.gate": ALL,
        "gates.check": ALL,
        "gates.condition": ALL,
        "gates.run": VIEW,
        "gates.evidence": ALL,
        "gates.blocker": ALL,
        "gates.action": ALL,
        "gates.claim": ALL,
        "gates.requirement": ALL,
        "gates.token": ("view", "add"),
        "auth.user": ALL,
        "auth.group": VIEW,
    },
    "Engineer": {
        "gates.launch": VIEW,
        "gates.section": VIEW,
        "gates.owner": VIEW,
        "gates.gate": EDIT,
        "gates.check": ALL,
        "gates.condition": ALL,
        "gates.run": VIEW,
        "gates.evidence": ALL,
        "gates.blocker": ALL,
        "gates.action": ALL,
        "gates.claim": VIEW,
        "gates.requirement": VIEW,
        "gates.token": ("view", "add"),
    },
    "Viewer": {
        "gates.launch": VIEW,
        "gates.section": VIEW,
        "gates.owner": VIEW,
        "gates.gate": VIEW,
        "gates.check": VIEW,
        "gates.condition": VIEW,
        "gates.run": VIEW,
        "gates.evidence": VIEW,
        "gates.blocker": VIEW,
        "gates.action": VIEW,
        "gates.claim": VIEW,
        "gates.requirement": VIEW,
    },
}


def create_groups() -> None:
    """Create the groups that are missing, and give each exactly the permissions of `ROLES`.

    Raises:
        KeyError: the migrations have not created the permissions yet.
    """
    permissions: dict[tuple[str, ...], Permission] = {
        permission.natural_key(): permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, actions_by_model in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(
            permissions[(f"{action}_{label.partition('.')[2]}", *label.split("."))]
            for label, actions in actions_by_model.items()
            for action in actions
        )


@transaction.atomic
def is_last_founder(users: Collection[User]) -> bool:
    """Return whether these accounts are the last founders who can log in.

    An account that never had a password of its own has not been taken up yet. Within a transaction
    whoever asks is answered after whoever asked before has written, so that two founders cannot
    switch each other off.
    """
    founders = User.objects.filter(groups__name="Founder", is_active=True)
    if not founders.filter(pk__in=[user.pk for user in users]).exists():
        return False
    list(Group.objects.select_for_update().filter(name="Founder"))
    taken_up = Q(last_login__isnull=False) | ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return not founders.filter(taken_up).exclude(pk__in=[user.pk for user in users]).exists()
