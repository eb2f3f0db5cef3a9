"""What belongs to an archived launch stays as it is."""

from django.utils.translation import gettext_noop

from .reason import Reason

CURRENT_STAYS = Reason(
    "current_launch",
    gettext_noop(
        "The current launch cannot be archived. Make another launch the current one first."
    ),
)


def launch_archived(name: str) -> Reason:
    """Return the reason why nothing of an archived launch changes.

    name: the launch's.
    """
    message = gettext_noop(
        "%(launch)s is archived, so nothing in it changes. A founder can take it back first."
    )
    return Reason("launch_archived", message, {"launch": name})
