"""The roles: Django groups and their permissions.

`ROLES` is complete: `create_groups`, which `bootstrap` calls, takes all other permissions away.
"""

from django.contrib.auth.models import Group, Permission

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
