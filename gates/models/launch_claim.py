"""Which claim of a launch says that it is complete: a choice, of one claim or none."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from .claim import Claim
from .history import save_with_history
from .launch import Launch


@transaction.atomic
def choose_launch_claim(launch: Launch, claim: Claim | None, *, by: User, reason: str) -> bool:
    """Let one claim of a launch say that it is complete; return False if that was so already.

    claim: of this launch; None: none says it.

    Raises:
        LaunchArchived: the launch is archived.
    """
    chosen = claim.pk if claim else None
    changed = False
    # The one that says it now goes first: the database takes one only.
    first = F("says_launched").desc(nulls_last=True)
    for other in launch.claims.select_for_update().order_by(first, "pk"):
        says = True if other.pk == chosen else None
        if other.says_launched != says and (other.says_launched or says):
            other.says_launched = says
            save_with_history(other, by=by, reason=reason)
            changed = True
    return changed
