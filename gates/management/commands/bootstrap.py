"""Make a fresh database usable: groups, first accounts, the current snapshot."""

import secrets
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from django.db import transaction

from gates.models import Launch, Owner
from gates.roles import create_groups
from gates.snapshot.apply import apply
from gates.snapshot.dating import start_of
from gates.snapshot.read_json import read_json

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"
# The history begins on the day of the document, not on the day of the installation.
SNAPSHOT_DATE = date(2026, 4, 23)

# Account, group, and the name under which the board knows the person.
FIRST_USERS = (("sami", "Founder", "Sami"), ("engineer", "Engineer", ""))


class Command(BaseCommand):
    """What is already there is left as it is, so that running it again changes nothing."""

    help = "Create the groups, the first accounts (passwords printed once) and the snapshot."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        create_groups()
        passwords = {
            username: password
            for username, group, _ in FIRST_USERS
            if (password := self._create_user(username, group))
        }
        if not Launch.objects.exists():
            sami = User.objects.get(username="sami")
            apply(read_json(SNAPSHOT), by=sami, dated=start_of(SNAPSHOT_DATE))
            self.stdout.write(f"Imported {SNAPSHOT.name}")
        for username, _, name in FIRST_USERS:
            self._link_owner(username, name)
        if passwords:
            self.stdout.write("\nFirst log-in (shown only now; change it after logging in):")
        for username, password in passwords.items():
            self.stdout.write(f"    {username:<10} {password}")

    def _create_user(self, username: str, group: str) -> str:
        """The new account's password, or nothing where the account exists."""
        if User.objects.filter(username=username).exists():
            return ""
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(username, password=password, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return password

    def _link_owner(self, username: str, name: str) -> None:
        owner = Owner.objects.filter(name=name, user=None).first()
        user = User.objects.get(username=username)
        if owner is None or hasattr(user, "owner"):
            return
        owner.user = user
        owner._history_user = None
        owner._change_reason = "bootstrap: linked to the account"
        owner.save()
