"""The roles: Django groups and their permissions.

`ROLES` is complete: `create_groups`, which `bootstrap` calls, takes all other permissions away.
"""

from collections.abc import Iterable

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
        "gates.evidence": ALL,
        "gates.blocker": ALL,
        "gates.action": ALL,
        "gates.claim": ALL,
        "gates.requirement": ALL,
        "auth.user": ALL,
        "auth.group": VIEW,
    },
    "Engineer": {
        "gates.launch": VIEW,
        "gates.section": VIEW,
        "gates.owner": VIEW,
        "gates.gate": EDIT,
        "gates.evidence": ALL,
        "gates.blocker": ALL,
        "gates.action": ALL,
        "gates.claim": VIEW,
        "gates.requirement": VIEW,
    },
    "Viewer": {
        "gates.launch": VIEW,
        "gates.section": VIEW,
        "gates.owner": VIEW,
        "gates.gate": VIEW,
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
        Permission.DoesNotExist: the migrations have not created the permissions yet.
    """
    for name, actions_by_model in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(actions_by_model.items()))


def _permissions(actions_by_model: Iterable[tuple[str, tuple[str, ...]]]) -> list[Permission]:
    return [
        Permission.objects.get(
            content_type__app_label=label.split(".")[0],
            content_type__model=label.split(".")[1],
            codename=f"{action}_{label.split('.')[1]}",
        )
        for label, actions in actions_by_model
        for action in actions
    ]
