"""Encrypt the secrets of second factors again, with the first of the keys."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.encryption import UnreadableSecret, decrypt, encrypt


class Command(BaseCommand):
    """Run it after a new key was put first, and before the old one is taken away."""

    help = "Encrypt the secrets of second factors with the first key; earlier keys may then go."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        for factor in Authenticator.objects.select_for_update():
            for name in {"secret", "seed"} & factor.data.keys():
                try:
                    factor.data[name] = encrypt(decrypt(factor.data[name]))
                except UnreadableSecret as error:
                    raise CommandError(f"nothing was changed: {factor.user}: {error}") from error
                factor.save(update_fields=["data"])
                number += 1
        self.stdout.write(f"encrypted {number}")
