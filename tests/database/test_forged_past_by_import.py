"""An import that the web role logs for one launch rewrites no past of another: on PostgreSQL."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.models import TRACKED, FileCheck, Gate, Import, Launch, Owner
from gates.operations.integrity import integrity_errors
from tests.support import factory
from tests.support.assertions import everything, sql
from tests.support.database_roles import WEB, log_in

pytestmark = pytest.mark.postgresql

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"
FIRST_OF_MAY = datetime(2026, 5, 1, 7, tzinfo=UTC)
SHA = "a" * 64
MODELS = {model._meta.model_name: model for model in TRACKED}


@pytest.fixture
def board(roles: str) -> Launch:
    """The snapshot of April, in use since; a second, empty launch; the web server's connection."""
    factory.user("sami")
    call_command("import_snapshot", SNAPSHOT, dated="2026-04-23", stdout=StringIO())
    first = Launch.objects.get()
    claim = first.claims.order_by("pk")[0]
    factory.requirement(claim, Gate.objects.order_by("pk")[0])
    Gate.objects.get(code="T1").reopen(factory.user("sami"), "Seen red")
    log_in(WEB)
    # As an intruder would: by SQL, so that it has no history.
    sql(
        "INSERT INTO gates_launch (slug, name, snapshot_date, plan_starts_on, notes, is_current)"
        " SELECT 'second', 'Second', snapshot_date, plan_starts_on, '', FALSE FROM gates_launch"
    )
    return first


def forge(model: str, where: str, *, of: str = "second", **columns: str) -> None:
    """Log an import of May for a launch, and put a row of its date into the history.

    The row is a copy of one of the board's rows, with other values in some columns.
    """
    table = f"gates_{model}"
    columns = dict(columns)
    if columns.pop("moved", ""):
        sql("UPDATE gates_gate SET launch_id = (SELECT id FROM gates_launch WHERE slug = 'second')")
        sql(
            "UPDATE gates_claim SET launch_id = (SELECT id FROM gates_launch WHERE slug = 'second')"
        )
    launch = Launch.objects.get(slug=of)
    Import.objects.create(launch=launch, at=FIRST_OF_MAY, dated=True, sha256=SHA, document="May.md")
    own = [field.column for field in MODELS[model]._meta.concrete_fields]
    values = {
        **{column: column for column in own},
        "history_date": f"'{FIRST_OF_MAY.isoformat()}'",
        "history_dated": f"'{FIRST_OF_MAY.isoformat()}'",
        "history_import": f"'{SHA}'",
        "history_type": "'~'",
        "history_user_name": "'sami'",
        "history_late": "FALSE",
        **{name: value.replace("SECOND", str(launch.pk)) for name, value in columns.items()},
    }
    names = ", ".join(f'"{name}"' for name in values)
    sql(
        f"INSERT INTO gates_historical{model} ({names})"
        f" SELECT {', '.join(values.values())} FROM {table} WHERE {where} ORDER BY id LIMIT 1"
    )


MOVED = {"moved": "yes"}
TO_COME = {"history_dated": "'2099-01-01 00:00Z'"}


FORGERIES: list[tuple[str, str, dict[str, str]]] = [
    ("gate", "code = 'T6'", {"progress": "'closed'"}),
    ("gate", "code = 'T6'", {"launch_id": "SECOND"}),
    ("gate", "code = 'T6'", {"id": "999999", "code": "'T99'"}),
    ("gate", "code = 'T6'", {"id": "999999", "history_type": "'+'"}),
    ("section", "TRUE", {"launch_id": "SECOND"}),
    ("claim", "TRUE", {"name": "'Launched'"}),
    ("claim", "TRUE", {"launch_id": "SECOND"}),
    ("action", "TRUE", {"launch_id": "SECOND"}),
    ("evidence", "TRUE", {}),
    ("evidence", "TRUE", {"id": "999999", "history_type": "'+'"}),
    ("evidence", "TRUE", {"id": "999999", **MOVED}),
    ("blocker", "TRUE", MOVED),
    ("requirement", "TRUE", {}),
    ("requirement", "TRUE", {"id": "999999", **MOVED}),
    ("owner", "TRUE", {"name": "'Lina'"}),
    ("launch", "slug <> 'second'", {"name": "'Renamed'"}),
    ("launch", "slug <> 'second'", {"history_type": "'+'"}),
    ("launch", "slug = 'second'", {"is_current": "TRUE"}),
    ("launch", "slug <> 'second'", {"id": "999999", "history_type": "'+'"}),
    # Not the document of the import, or not its date, although of its launch.
    (
        "section",
        "TRUE",
        {
            "id": "999999",
            "launch_id": "SECOND",
            "history_type": "'+'",
            "history_import": "repeat('b', 64)",
        },
    ),
    (
        "section",
        "TRUE",
        {"id": "999999", "launch_id": "SECOND", "history_type": "'+'", **TO_COME},
    ),
    ("launch", "slug = 'second'", {"history_type": "'+'", **TO_COME}),
]


def test_an_import_of_one_launch_writes_no_past_of_another(board: Launch) -> None:
    before = everything()
    written, refusals = [], set()

    for model, where, columns in FORGERIES:
        try:
            with transaction.atomic():
                forge(model, where, **columns)
        except DatabaseError as refused:
            refusals.add(str(refused).partition(" (")[0])
        else:
            written.append((model, where, columns))

    assert written == []
    assert refusals == {"only a logged import dates history back"}
    assert everything() == before


def test_the_board_of_may_stays_as_it_was(board: Launch) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        forge("gate", "code = 'T6'", progress="'closed'")

    launch = get_launch(None, FIRST_OF_MAY)
    assert launch is not None
    then = read_board(launch, timezone.now(), FIRST_OF_MAY)
    assert {gate.code: gate.status for gate in then.gates}["T6"] == "open"


@pytest.mark.parametrize("place", [-1, 2**31 - 1])
def test_the_web_role_chooses_no_place_in_the_order(board: Launch, place: int) -> None:
    gate = Gate.objects.get(code="T6")
    columns = ", ".join(field.column for field in Gate._meta.concrete_fields)
    sql(
        f"INSERT INTO gates_historicalgate ({columns}, history_id, history_date, history_type,"
        f" history_user_name) SELECT {columns}, {place}, now(), '~', '' FROM gates_gate"
        " WHERE code = 'T6'"
    )
    gate.title = "Changed since"
    gate.save()

    assert gate.history.order_by("-history_id")[0].title == "Changed since"
    assert [line for line in integrity_errors() if "launch Second" not in line] == []


def test_the_web_role_does_not_have_the_last_word_about_a_file(board: Launch) -> None:
    for found, key in (("intact", 2**62), ("missing", None)):
        FileCheck.objects.create(
            pk=key, at=timezone.now(), name="evidence/x", sha256=SHA, found=found
        )

    assert [check.found for check in FileCheck.objects.order_by("-pk")] == ["missing", "intact"]
    assert connection.settings_dict["USER"] == WEB


def test_an_owner_who_was_changed_since_is_not_changed_before(roles: str) -> None:
    call_command("import_snapshot", SNAPSHOT, dated="2026-04-23", stdout=StringIO())
    log_in(WEB)
    slug = Launch.objects.get().slug
    with transaction.atomic():  # nobody else's past
        forge("owner", "TRUE", of=slug, email="'may@x.org'")
    owner = Owner.objects.order_by("pk")[0]
    owner.email = "now@x.org"
    owner.save()
    before = everything()

    with pytest.raises(DatabaseError, match="only a logged import dates"), transaction.atomic():
        forge("owner", "TRUE", of=slug, email="'forged@x.org'")

    assert everything() == before
