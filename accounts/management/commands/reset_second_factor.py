"""Reset the second factors of a user who has lost them and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.adapters import reset_second_factors
from accounts.usernames import find_account


class Command(BaseCommand):
    """Before running it, make sure that the request comes from the user."""

    help = "Remove a user's second factors and end their sessions; they set up a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_account(options["username"])
        if user is None:
            raise CommandError(f"there is no account {options['username']!r}")
        removed = reset_second_factors(user)
        self.stdout.write("removed" if removed else "there was none")
