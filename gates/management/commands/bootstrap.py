"""Fill a new database: groups, first accounts, the current snapshot."""

import secrets
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import TemporaryPassword
from gates.documents.apply import apply
from gates.documents.backdating import start_of_day
from gates.documents.json_reader import read_json
from gates.models import Launch, Owner
from gates.models.history import save_with_history
from gates.roles import create_groups

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"
# The history starts on the date of the document, not of the installation.
SNAPSHOT_DATE = date(2026, 4, 23)

# (username, group, name of the Owner on the board, its role)
FIRST_USERS = (
    ("sami", "Founder", "Sami", Owner.Role.FOUNDER),
    ("engineer", "Engineer", "Engineer", Owner.Role.ENGINEER),
)


class Command(BaseCommand):
    """Create only what is missing; a second run changes nothing."""

    help = "Create the groups, the first accounts (passwords printed once) and the snapshot."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        create_groups()
        # Only where there is no account: a renamed or removed one is not created again.
        passwords = {} if User.objects.exists() else self._create_users()
        if not Launch.objects.exists():
            sami = User.objects.filter(username="sami").first()
            apply(read_json(SNAPSHOT), by=sami, dated=start_of_day(SNAPSHOT_DATE))
            self.stdout.write(f"Imported {SNAPSHOT.name}")
        for username, _, name, role in FIRST_USERS:
            self._link_owner(username, name, role, create=username in passwords)
        if passwords:
            self.stdout.write(
                "\nPasswords for the first log-in (shown only now; each must be changed there):"
            )
        for username, password in passwords.items():
            self.stdout.write(f"    {username:<10} {password}")
        if passwords:
            self.stdout.write(
                "\nThe next person: log in as sami, open People in the account menu, Add a person,"
                "\nand send the link that the page shows. No password is handed over."
            )

    def _create_users(self) -> dict[str, str]:
        """Create the first accounts; return their passwords by username."""
        passwords = {}
        for username, group, *_ in FIRST_USERS:
            passwords[username] = secrets.token_urlsafe(12)
            user = User.objects.create_user(username, password=passwords[username], is_staff=True)
            TemporaryPassword.mark(user)
            user.groups.add(Group.objects.get(name=group))
        return passwords

    def _link_owner(self, username: str, name: str, role: Owner.Role, *, create: bool) -> None:
        """Link the Owner of this name to the account, if neither is linked yet.

        create: whether the owner is created where there is none of this name.
        """
        owner = Owner.objects.filter(name=name, user=None).first()
        if owner is None and create and not Owner.objects.filter(name=name).exists():
            owner = Owner(name=name, role=role)
        user = User.objects.filter(username=username, owner=None).first()
        if owner is None or user is None:
            return
        owner.user = user
        save_with_history(owner, by=None, reason="bootstrap: linked to the account")
