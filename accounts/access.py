"""Letting a person in and shutting them out: nothing is deleted, what they did stays theirs."""

from django.contrib.auth.models import User
from django.db import transaction

from . import security_log
from .access_link import AccessLink
from .sessions import end_sessions


@transaction.atomic
def switch_off(user: User) -> bool:
    """Switch an account off, and end its link and its sessions; False if it was off already."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update())
    if not user.is_active:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    AccessLink.end(user)
    end_sessions(user)
    security_log.log_on_commit("account_switched_off", account=user.get_username())
    return True


@transaction.atomic
def switch_on(user: User) -> bool:
    """Switch an account on again; False if it was on. It opens by a new link only."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update())
    if user.is_active:
        return False
    user.is_active = True
    user.save(update_fields=["is_active"])
    security_log.log_on_commit("account_switched_on", account=user.get_username())
    return True
