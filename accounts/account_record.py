"""The record of accounts and groups: who gave whom which role, on every way of writing.

Each change adds one row with all that the account or group is afterwards (`AccountChange`). Signals
write it, because accounts are Django's: the admin, `bootstrap`, `createsuperuser` and a shell save
them past any method of ours. What is written past the signals too, by SQL or `update()`, is no
longer what the record says, and `verify_integrity` names it (`record_errors`).
"""

import getpass
import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max
from django.utils import timezone

from . import security_log
from .models import AccountChange

Kind = AccountChange.Kind
State = dict[str, Any]

COLUMNS = ("username", "email", "is_active", "is_staff", "is_superuser")


def account_states(users: Iterable[int] | None = None, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Return id → state of some accounts, or of all, in four queries.

    The state names the columns that decide what an account may do, its roles and rights, the kinds
    of its second factors, and a digest by which a changed password is known.
    """
    rows = User.objects.using(using).order_by("pk")
    if users is not None:
        rows = rows.filter(pk__in=users)
    ids = list(rows.values_list("pk", flat=True))
    through: Any = User.groups.through
    roles = _lists(
        through.objects.using(using).filter(user_id__in=ids).values_list("user_id", "group__name")
    )
    through = User.user_permissions.through
    rights = _lists(
        (user, f"{app}.{codename}")
        for user, app, codename in through.objects.using(using)
        .filter(user_id__in=ids)
        .values_list("user_id", "permission__content_type__app_label", "permission__codename")
    )
    factors = _lists(
        Authenticator.objects.using(using).filter(user_id__in=ids).values_list("user_id", "type")
    )
    return {
        pk: {
            **dict(zip(COLUMNS, values, strict=True)),
            "password": hashlib.sha256(password.encode()).hexdigest()[:16],
            "groups": roles[pk],
            "rights": rights[pk],
            "second_factors": factors[pk],
        }
        for pk, password, *values in rows.values_list("pk", "password", *COLUMNS)
    }


def group_states(groups: Iterable[int] | None = None, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Return id → state of some groups, or of all: the name and the rights."""
    rows = Group.objects.using(using).order_by("pk")
    if groups is not None:
        rows = rows.filter(pk__in=groups)
    names = dict(rows.values_list("pk", "name"))
    through: Any = Group.permissions.through
    rights = _lists(
        (group, f"{app}.{codename}")
        for group, app, codename in through.objects.using(using)
        .filter(group_id__in=list(names))
        .values_list("group_id", "permission__content_type__app_label", "permission__codename")
    )
    return {pk: {"name": name, "rights": rights[pk]} for pk, name in names.items()}


STATES = {Kind.ACCOUNT: account_states, Kind.GROUP: group_states}


def _lists(pairs: Iterable[tuple[int, str]]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    for values in found.values():
        values.sort()
    return found


def record(kind: str, ids: Iterable[int], event: str = "") -> None:
    """Add a row for each account or group that is not what its last row says, or for an event."""
    ids = set(ids)
    last = _last_rows(kind, ids)
    for pk, state in STATES[Kind(kind)](ids).items():
        if event or pk not in last or last[pk].state != state:
            _add(kind, pk, _name(state), state, event)


def record_deletion(kind: str, pk: int, name: str) -> None:
    """Add the row that says that an account or a group was deleted."""
    _add(kind, pk, name, None, "")


def record_errors(using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Yield a line for each account and group that is not what its last row on record says."""
    for kind, states in STATES.items():
        last = _last_rows(kind, None, using)
        found = states(None, using)
        for pk, state in found.items():
            known = last[pk].state if pk in last else None
            if known is None:
                yield f"{kind} {_name(state)} (id {pk}) is not on record: it was added past it"
            elif changed := sorted(name for name in state if state[name] != known.get(name)):
                what = ", ".join(changed)
                yield f"{kind} {_name(state)} (id {pk}) was changed past its record: {what}"
        for pk in sorted(pk for pk, row in last.items() if row.state and pk not in found):
            yield f"{kind} {last[pk].name} (id {pk}) is gone, but its record does not say so"


def differences(before: State | None, after: State | None) -> dict[str, tuple[Any, Any]]:
    """Return by name what two states differ in, as (before, after); of lists taken and given."""
    before, after = before or {}, after or {}
    found: dict[str, tuple[Any, Any]] = {}
    for name in [*after, *(name for name in before if name not in after)]:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old or new, list):
            taken, given = set(old or ()) - set(new or ()), set(new or ()) - set(old or ())
            found[name] = (sorted(taken), sorted(given))
        else:
            found[name] = (old, new)
    return found


def _last_rows(
    kind: str, ids: Iterable[int] | None, using: str = DEFAULT_DB_ALIAS
) -> dict[int, AccountChange]:
    rows = AccountChange.objects.using(using).filter(kind=kind)
    if ids is not None:
        rows = rows.filter(object_id__in=ids)
    last = rows.order_by().values("object_id").annotate(last=Max("pk")).values("last")
    return {row.object_id: row for row in AccountChange.objects.using(using).filter(pk__in=last)}


def _name(state: State) -> str:
    return str(state.get("username") or state.get("name") or "")


def _add(kind: str, pk: int, name: str, state: State | None, event: str) -> None:
    by, page = security_log.current_person()
    AccountChange.objects.create(
        at=timezone.now(),
        kind=kind,
        object_id=pk,
        name=name[:150],
        state=state,
        event=event,
        by_id=by and by.pk,
        by_name=by.get_username() if by else "",
        way=(page if page is not None else _command())[:200],
    )


def _command() -> str:
    """Return the command that runs, and the user of the machine who runs it."""
    program = PurePath(sys.argv[0]).name
    command = sys.argv[1] if program == "manage.py" and len(sys.argv) > 1 else program
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        person = "?"
    return f"{command} ({person})".encode(errors="replace").decode()
