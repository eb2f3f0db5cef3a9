"""Merging two owners that are one person."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from gates.rules.text import has_visible

from .history import save_with_history
from .optimistic_lock import StaleObjectError
from .owner import Owner


def references(owner: Owner) -> list[tuple[Any, str, models.QuerySet[Any]]]:
    """Return (model, field name, rows) of every table that refers to owners; past rows do not."""
    relations: Any = Owner._meta.related_objects
    return [
        (
            relation.related_model,
            relation.field.name,
            relation.related_model._default_manager.filter(**{relation.field.name: owner}),
        )
        for relation in relations
    ]


@transaction.atomic
def merge_owners(
    gone: Owner, into: Owner, *, versions: tuple[int, int], by: User, reason: str
) -> int:
    """Move all that refers to `gone` to `into`, its account too, and delete it.

    Every row that moves keeps a history row with the reason. What is on record before stays under
    the old name.

    Args:
        versions: those of both owners that the person has seen.

    Returns:
        The number of rows that moved.

    Raises:
        ValidationError: the two are one, both have an account that is switched on, or there is no
            reason.
        LaunchArchived: a row that refers to `gone` is of an archived launch.
        StaleObjectError: an owner, or a row that refers to one, has changed meanwhile.
    """
    if not has_visible(reason):
        raise ValidationError({"reason": _("Say why: the reason is recorded with your name.")})
    if gone.pk == into.pk:
        raise ValidationError({"into": _("Choose two different owners.")})
    for owner, version in zip((gone, into), versions, strict=True):
        owner.refresh_from_db()
        if owner.version != version:
            raise StaleObjectError(owner)
    account = _account_that_stays(gone, into)
    moved = 0
    for model, field, rows in references(gone):
        for row in rows.order_by("pk"):
            setattr(row, field, into)
            if hasattr(model, "history"):
                save_with_history(row, by=by, reason=reason)
            else:
                row.save(update_fields=[field])
            moved += 1
    email = into.email or gone.email
    _delete(gone, into, by=by, reason=reason)
    if (into.user, into.email) != (account, email):
        into.user, into.email = account, email
        save_with_history(into, by=by, reason=reason)
    return moved


def _account_that_stays(gone: Owner, into: Owner) -> User | None:
    """Return the account of the two; of two accounts the one that is not switched off."""
    accounts = [owner.user for owner in (into, gone) if owner.user is not None]
    switched_on = [user for user in accounts if user.is_active]
    if len(switched_on) > 1:
        raise ValidationError(
            {"into": _("Both have an account. Remove the access of one of them first.")}
        )
    return next(iter([*switched_on, *accounts]), None)


def _delete(gone: Owner, into: Owner, *, by: User, reason: str) -> None:
    """Delete an owner to whom nothing refers; the last history row says where it went."""
    gone._history_user = by  # type: ignore[attr-defined]
    gone._change_reason = f"{gone.name} → {into.name}: {reason}"  # type: ignore[attr-defined]
    gone.delete()


def was_merged(pk: int) -> bool:
    """Return whether an owner was deleted by a merge."""
    last = Owner.history.filter(id=pk, history_type="-").first()
    return last is not None and "→" in (last.history_change_reason or "")
