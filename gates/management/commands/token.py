"""Make, list and end the tokens of the API."""

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gates.models import Check, Token
from gates.models.token import DEFAULT_DAYS
from gates.rules.text import clean_code


class Command(BaseCommand):
    """`token create` prints the token's text, and nothing else, on standard output."""

    help = "Make, list or end tokens of the API. A token's text is printed once, when it is made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a token and print its text")
        create.add_argument("name", help="what it is for, such as “nightly drill”")
        create.add_argument("--responsible", metavar="USER", required=True)
        create.add_argument(
            "--check",
            metavar="LAUNCH/CODE/KEY",
            action="append",
            default=[],
            help="a check that it may report; again for more; without one it only reads",
        )
        create.add_argument("--days", type=int, default=DEFAULT_DAYS, help="default: 90")
        actions.add_parser("list", help="list all tokens, without their texts")
        revoke = actions.add_parser("revoke", help="end a token now")
        revoke.add_argument("prefix", help="the eight characters after dgx_")
        revoke.add_argument(
            "--runs-count", choices=["yes", "no"], help="whether the runs it brought go on counting"
        )
        for action in (create, revoke):
            action.add_argument("--by", metavar="USER", help="default: who is responsible")

    def handle(self, *args: Any, **options: Any) -> None:
        {"create": self._create, "list": self._list, "revoke": self._revoke}[options["action"]](
            options
        )

    def _create(self, options: dict[str, Any]) -> None:
        responsible = _account(options["responsible"])
        checks = [_check(name) for name in options["check"]]
        if checks and not responsible.has_perm("gates.change_gate"):
            raise CommandError(f"{responsible.username} may not change gates")
        try:
            token, text = Token.issue(
                options["name"],
                responsible=responsible,
                by=_account(options["by"]) if options["by"] else responsible,
                checks=checks,
                ends_on=_last_day(options["days"]),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        what = "only reads" if token.read_only else f"reports {', '.join(options['check'])}"
        self.stderr.write(
            f"Token {token.prefix} {what}; its last day is {token.ends_on}. Its text is not kept"
            " and is shown this once:"
        )
        self.stdout.write(text)

    def _list(self, _options: dict[str, Any]) -> None:
        today = timezone.localdate()
        for token in Token.objects.select_related("responsible", "revocation").order_by("pk"):
            state = f"until {token.ends_on}"
            if token.is_revoked():
                state = f"revoked {timezone.localdate(token.revocation.at)}"
            elif token.has_ended(today):
                state = f"ended {token.ends_on}"
            scope = token.checks.select_related("gate__section__launch").order_by("pk")
            names = ["/".join(check.natural_key()) for check in scope] or ["only reads"]
            used = f"last used {token.last_used_on}" if token.last_used_on else "never used"
            columns = [token.prefix, token.name, token.responsible.username, state, used]
            self.stdout.write("\t".join([*columns, ", ".join(names)]))

    def _revoke(self, options: dict[str, Any]) -> None:
        prefix = options["prefix"].removeprefix("dgx_")[:8]
        token = Token.objects.filter(prefix=prefix).first()
        if token is None:
            raise CommandError(f"there is no token {prefix}")
        answer = options["runs_count"]
        if answer is None and sys.stdin is not None and sys.stdin.isatty():
            answer = input("Do the runs that it brought go on counting? [yes/no] ").strip()
        if answer not in {"yes", "no"}:
            raise CommandError("say whether its runs go on counting: --runs-count yes or no")
        by = _account(options["by"]) if options["by"] else token.responsible
        if not token.revoke(by, runs_count=answer == "yes"):
            raise CommandError(f"token {prefix} was revoked already; nothing has changed")
        self.stdout.write(f"Token {prefix} is revoked; its runs count: {answer}.")


def _last_day(days: int) -> Any:
    try:
        return timezone.localdate() + timedelta(days=days)
    except OverflowError as error:
        raise CommandError("choose at most 365 days") from error


def _account(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"there is no account {username!r}")
    return user


def _check(name: str) -> Check:
    """Return the check of "launch/T6/load"."""
    launch, _, rest = name.partition("/")
    code, _, key = rest.partition("/")
    found = Check.objects.filter(gate__launch__slug=launch, gate__code=clean_code(code), key=key)
    check = found.first()
    if check is None:
        raise CommandError(f"there is no check {name!r}; write it as LAUNCH/CODE/KEY")
    return check
