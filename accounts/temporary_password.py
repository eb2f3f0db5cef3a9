"""Passwords that were set by another person."""

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
