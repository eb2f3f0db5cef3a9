"""Start the next launch from an earlier one."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gates.documents.storable import unstorable_text
from gates.models import Launch
from gates.operations.next_launch import start_next_launch


class Command(BaseCommand):
    """Make a launch with the sections, gates and claims of another; all or nothing."""

    help = (
        "Start the next launch: the sections, gates, definitions of done, priorities, owners and "
        "claims of an earlier one. Nothing is closed; evidence, blockers and dates stay there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--from", dest="source", metavar="SLUG", required=True, help="the earlier launch")
        add("--slug", required=True, help="of the new launch")
        add("--name", default="", help="of the new launch; default: its slug")
        add("--plan-starts-on", metavar="DATE", help="the date of D0 (YYYY-MM-DD); default: today")
        add("--by", metavar="USERNAME", help="who starts it, for the history")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("source", "slug", "name", "by"):
            if message := unstorable_text(str(options[name] or "")):
                raise CommandError(f"--{name} {message}; nothing was written")
        source = Launch.objects.filter(slug=options["source"]).first()
        if source is None:
            slugs = ", ".join(Launch.objects.values_list("slug", flat=True))
            raise CommandError(f"there is no launch {options['source']!r}; there are: {slugs}")
        today = timezone.localdate()
        try:
            launch = start_next_launch(
                source,
                slug=options["slug"],
                name=options["name"] or options["slug"],
                snapshot_date=today,
                plan_starts_on=self._day(options) or today,
                by=self._user(options),
            )
        except ValidationError as error:
            problems = (
                f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
            )
            raise CommandError("nothing was written: " + "; ".join(problems)) from None
        self.stdout.write(
            f"{launch.slug}: {launch.sections.count()} sections, {launch.gates.count()} gates, "
            f"{launch.claims.count()} claims from {source.slug}; nothing is closed"
        )

    def _user(self, options: dict[str, Any]) -> User | None:
        if not options["by"]:
            return None
        user = get_user_model().objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"there is no account {options['by']!r}")
        if not user.has_perm("gates.add_launch"):
            raise CommandError(f"{options['by']!r} may not add launches")
        return user

    def _day(self, options: dict[str, Any]) -> date | None:
        text = options["plan_starts_on"]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise CommandError(f"--plan-starts-on: {text!r} is not a date") from None
