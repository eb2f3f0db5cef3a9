"""Signal receivers: each change to an account or a group is added to the record of accounts.

Rows that `loaddata` or a copy of the database brings (`raw`) come with their own record.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import receiver

from .account_record import Kind, record, record_deletion

# Written by each log-in; the record says nothing of them.
USES = ({"last_login"}, {"last_used_at"})


@receiver(post_save, sender=User)
def on_account_saved(instance: User, raw: bool, update_fields: Any = None, **_kwargs: Any) -> None:
    if not raw and set(update_fields or ()) not in USES:
        record(Kind.ACCOUNT, [instance.pk])


@receiver(post_save, sender=Group)
def on_group_saved(instance: Group, raw: bool, **_kwargs: Any) -> None:
    if raw:
        return
    record(Kind.GROUP, [instance.pk])
    record(Kind.ACCOUNT, instance.user_set.values_list("pk", flat=True))  # whose role has a name


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def on_role_given(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_kwargs: Any
) -> None:
    if not reverse and action.startswith("post_"):
        record(Kind.ACCOUNT, [instance.pk])
    elif action in {"post_add", "post_remove"}:
        record(Kind.ACCOUNT, pk_set or ())
    elif action == "post_clear":  # of all its people; who they were is no longer known
        record(Kind.ACCOUNT, User.objects.values_list("pk", flat=True))


@receiver(m2m_changed, sender=Group.permissions.through)
def on_right_given(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_kwargs: Any
) -> None:
    if action.startswith("post_"):
        everyone = Group.objects.values_list("pk", flat=True)
        record(Kind.GROUP, (pk_set or everyone) if reverse else [instance.pk])


@receiver(post_save, sender=Authenticator)
@receiver(post_delete, sender=Authenticator)
def on_factor_changed(
    instance: Authenticator, raw: bool = False, update_fields: Any = None, **_kwargs: Any
) -> None:
    if not raw and set(update_fields or ()) not in USES:
        record(Kind.ACCOUNT, [instance.user_id])


@receiver(post_delete, sender=User)
def on_account_deleted(instance: User, **_kwargs: Any) -> None:
    record_deletion(Kind.ACCOUNT, instance.pk, instance.get_username())


@receiver(pre_delete, sender=Group)
def on_group_goes(instance: Any, **_kwargs: Any) -> None:
    instance.had_people = list(instance.user_set.values_list("pk", flat=True))


@receiver(post_delete, sender=Group)
def on_group_deleted(instance: Any, **_kwargs: Any) -> None:
    record_deletion(Kind.GROUP, instance.pk, instance.name)
    record(Kind.ACCOUNT, instance.had_people)
