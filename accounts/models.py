"""Passwords that somebody else knows."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models


class GivenPassword(models.Model):
    """An account whose password was made by `bootstrap` or by whoever runs the accounts.

    While the row is there, logging in leads to the page that changes the password, and nowhere
    else. The person's own change takes the row away.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def mark(cls, user: User) -> None:
        """This password was given: its owner changes it at the next login."""
        cls.objects.get_or_create(user=user)

    @classmethod
    def clear(cls, user: User) -> None:
        """The person has chosen a password that only they know."""
        cls.objects.filter(user=user).delete()
