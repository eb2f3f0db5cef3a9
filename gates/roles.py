"""Who may do what, as Django groups. `bootstrap` creates them; this table is the whole truth."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission

VIEW = ("view",)
WORK = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")

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
        "gates.gate": WORK,
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
    """Create the groups and give each exactly the permissions of the table."""
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(rights.items()))


def _permissions(rights: Iterable[tuple[str, tuple[str, ...]]]) -> list[Permission]:
    return [
        Permission.objects.get(
            content_type__app_label=label.split(".")[0],
            content_type__model=label.split(".")[1],
            codename=f"{verb}_{label.split('.')[1]}",
        )
        for label, verbs in rights
        for verb in verbs
    ]
