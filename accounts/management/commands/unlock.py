"""Let a user try again who has typed too many wrong passwords or codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import security_log
from accounts.account_record import Kind, record
from accounts.lockout import unlock
from accounts.usernames import find_account


class Command(BaseCommand):
    """The password and the second factor are asked for as before."""

    help = "Forget a user's failed log-ins, so that they can try again at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_account(options["username"])
        if user is None:
            raise CommandError(f"there is no account {options['username']!r}")
        unlock(user)
        record(Kind.ACCOUNT, [user.pk], event="unlocked")
        security_log.log_event("unlocked", account=user.get_username())
        self.stdout.write("unlocked")
