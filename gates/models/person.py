"""A person: an account with a role and a language, and the owner on the board with it."""

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from accounts.access import switch_off, switch_on
from accounts.models import AccessLink

from .history import save_with_history
from .owner import Owner
from .preference import Preference


class Role(models.TextChoices):
    """The roles that a person can be given; the values are the groups of `gates/roles.py`."""

    ENGINEER = "Engineer", _("Engineer")
    FOUNDER = "Founder", _("Founder")
    VIEWER = "Viewer", _("Viewer")


OWNER_ROLES = {
    Role.FOUNDER: Owner.Role.FOUNDER,
    Role.ENGINEER: Owner.Role.ENGINEER,
    Role.VIEWER: Owner.Role.EXTERNAL,
}
GIVEN_AN_ACCOUNT = "people: given an account"


@transaction.atomic
def add_person(
    name: str,
    *,
    username: str,
    role: Role,
    language: str,
    by: User,
    email: str = "",
    owner: Owner | None = None,
) -> tuple[User, str]:
    """Create an account with its owner, and return it with the key of its one-time link.

    owner: the owner who is this person already; None: a new one of this name.

    Raises:
        IntegrityError: an account or owner of this name was made meanwhile, or the owner was given
            an account.
    """
    user = User(username=username, first_name=name[:150], email=email, is_staff=role != Role.VIEWER)
    user.set_unusable_password()
    user.save(force_insert=True)
    user.groups.add(Group.objects.get(name=role))
    Preference.objects.create(user=user, language=language)
    if owner is None:
        owner = Owner(name=name, role=OWNER_ROLES[role])
    owner.user, owner.email = user, owner.email or email
    save_with_history(owner, by=by, reason=GIVEN_AN_ACCOUNT)
    given: dict[str, object] = {"added": {"name": "group", "object": role.value}}
    _log(by, user, ADDITION, [{"added": {}}, given])
    security_log.log_on_commit(
        "account_added", account=username, changed=[], active=True, given=[role.value], taken=[]
    )
    return user, AccessLink.make(user, by=by, language=language)


@transaction.atomic
def renew_link(user: User, *, by: User) -> str:
    """Make a new one-time link, and return its key. An account that is off is switched on again."""
    if switch_on(user):
        _log(by, user, CHANGE, [{"changed": {"fields": ["is_active"]}}])
    _log(by, user, CHANGE, [{"changed": {"fields": ["password"]}}])
    language = Preference.objects.filter(user=user).values_list("language", flat=True).first()
    return AccessLink.make(user, by=by, language=language or "")


@transaction.atomic
def remove_access(user: User, *, by: User) -> bool:
    """Switch the person's account off; False if it was off. What they own stays theirs."""
    if not switch_off(user):
        return False
    _log(by, user, CHANGE, [{"changed": {"fields": ["is_active"]}}])
    return True


def _log(by: User, user: User, action: int, message: list[dict[str, object]]) -> None:
    """Put the change on record in the admin's log, which outlives both accounts."""
    LogEntry.objects.log_actions(by.pk, [user], action, message, single_object=True)
