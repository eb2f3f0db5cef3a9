"""Passwords that were set by another person, and the record of accounts and groups."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models


class TemporaryPassword(models.Model):
    """An account whose password was made by `bootstrap` or set by another person in the admin.

    While the row is there, every page of the account leads to the page that changes the password.
    The person's own change deletes the row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )

    class Meta:
        # The name of the table from before the model was renamed: the release that runs while
        # `migrate` works goes on using it.
        db_table = "accounts_givenpassword"

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def mark(cls, user: User) -> None:
        """Make an account change its password at the next login."""
        cls.objects.get_or_create(user=user)

    @classmethod
    def clear(cls, user: User) -> None:
        """Delete the mark: the person has chosen a password of their own."""
        cls.objects.filter(user=user).delete()


class AccountChange(models.Model):
    """What an account or a group was after a change to it. Only added to, so without history.

    `accounts/account_record.py` writes it. The last row of an account says what it is now.

    at: when; on PostgreSQL the database sets it.
    name: of the account or group, as it was then.
    state: as `account_record` reads it; None where the row was deleted.
    event: what was done besides, where it shows in no column, such as "unlocked".
    by_id, by_name: who did it, also after their account is gone; None and "" in a command.
    way: the address of the page, or the command and the user of the machine who ran it.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", "account"
        GROUP = "group", "group"

    at = models.DateTimeField()
    kind = models.CharField(max_length=7, choices=Kind)
    object_id = models.BigIntegerField()
    name = models.CharField(max_length=150)
    state = models.JSONField(null=True)
    event = models.CharField(max_length=50, blank=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    way = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "object_id", "-id"], name="accountchange_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
