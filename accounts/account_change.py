"""The record of accounts and groups: what each was after a change to it."""

from django.db import models


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
