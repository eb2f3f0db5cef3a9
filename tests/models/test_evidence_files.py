"""Files of evidence: which are taken, where they are kept, how they are handed out."""

import ast
import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from gates.models import Evidence, Gate
from gates.models.evidence_file import delete_files_on_error
from gates.rules.files import file_errors
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof, save_gate
from tests.support.files import PDF, REFUSED, SOUND, WITH_TRAILER, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def attached(name: str = "k6.txt", content: bytes = b"p95 410 ms\n") -> Evidence:
    made = Evidence(gate=factory.gate("T6"), kind="file", summary="The log of the drill")
    made.file.save(name, ContentFile(content))
    return made


def stored() -> set[str]:
    """The names of all evidence files there are."""
    if not default_storage.exists("evidence"):
        return set()
    folders = default_storage.listdir("evidence")[0]
    files = {folder: default_storage.listdir(f"evidence/{folder}")[1] for folder in folders}
    return {f"{folder}/{name}" for folder, names in files.items() for name in names}


# --- which are taken -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content"), SOUND.items(), ids=list(SOUND))
def test_pictures_pdf_and_text_are_taken(engineer: Client, name: str, content: bytes) -> None:
    gate = factory.gate("T6")
    upload = SimpleUploadedFile(name, content)

    response = save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)])

    assert response.status_code == 302
    assert gate.evidence.get().sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", WITH_TRAILER)
def test_a_picture_is_taken_without_what_stands_behind_it_and_the_page_says_so(
    engineer: Client, name: str
) -> None:
    gate = factory.gate("T6")
    picture, trailer = WITH_TRAILER[name]
    upload = SimpleUploadedFile(name, picture + trailer)

    save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)])

    kept = gate.evidence.get()
    assert kept.file.read_verified() == picture
    assert "was cut off" in engineer.get("/admin/").content.decode()


def test_a_heic_picture_is_refused_by_name_with_what_to_do(engineer: Client) -> None:
    gate = factory.gate("T6")
    name, content = REFUSED["a photograph of an iPhone"]
    upload = SimpleUploadedFile(name, content)

    page = save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)]).content.decode()

    assert "This is a HEIC picture" in page
    assert 'accept="image/png,image/jpeg,' in page


def test_many_comments_do_not_take_for_ever() -> None:
    assert file_errors("notes.md", b"<!-- x -->\n" * 50_000 + b"text") == ()
    assert file_errors("notes.md", b"<!--" * 500_000) == ()


def test_a_text_by_another_name_is_refused_with_what_to_do() -> None:
    (reason,) = file_errors("Makefile", b"all: test\n")

    assert "ending .txt" in reason.message
    assert "ending .txt" not in file_errors("run.exe", b"MZ\x90\x00")[0].message


def test_an_empty_file_is_refused_once(engineer: Client) -> None:
    upload = SimpleUploadedFile("k6.txt", b"")

    response = save_gate(engineer, factory.gate("T6"), evidence=[proof(kind="file", file=upload)])

    assert errors_of(response)["evidence-0-file"] == ["The submitted file is empty."]
    assert not Evidence.objects.exists()


def test_many_beginnings_of_an_archive_do_not_take_for_ever() -> None:
    assert file_errors("shot.png", png(b"PK\x03\x04" * 1_000_000)) == ()
    assert file_errors("report.pdf", PDF + b"PK\x03\x04" * 1_000_000) != ()


@pytest.mark.parametrize(("name", "content"), REFUSED.values(), ids=list(REFUSED))
def test_everything_else_is_refused_on_the_field(
    engineer: Client, name: str, content: bytes
) -> None:
    gate, before = factory.gate("T6"), stored()
    upload = SimpleUploadedFile(name, content, content_type="image/png")

    response = save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)])

    assert response.status_code == 200
    assert list(errors_of(response)) == ["evidence-0-file"]
    assert not Evidence.objects.exists()
    assert stored() == before


@pytest.mark.parametrize(("name", "content"), REFUSED.values(), ids=list(REFUSED))
def test_code_that_passes_by_the_forms_is_refused_too(name: str, content: bytes) -> None:
    before = stored()

    with pytest.raises(ValidationError):
        attached(name, content)

    assert not Evidence.objects.exists()
    assert stored() == before


# --- where they are kept -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.txt", "/etc/cron.d/x.txt", "..\\..\\x.txt", "a/../../b.txt", "C:\\x.txt",
     "x\u202etxt.exe.txt", "%2e%2e%2fx.txt"],
)  # fmt: skip
def test_a_name_cannot_lead_out_of_its_folder(engineer: Client, name: str) -> None:
    gate = factory.gate("T6")
    upload = SimpleUploadedFile("x.txt", b"p95 410 ms")
    vars(upload)["_name"] = name  # past the tidying that Django does to uploads

    save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)])

    assert re.fullmatch(r"evidence/[0-9a-f]{32}/[^/\\\r\n]+", gate.evidence.get().file.name)


def test_the_same_name_twice_gets_two_unguessable_places() -> None:
    first = attached()
    second = Evidence(gate=first.gate, kind="file", summary="Another log")
    second.file.save("k6.txt", ContentFile(b"p95 300 ms\n"))

    folders = {made.file.name.split("/")[1] for made in (first, second)}

    assert len(folders) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", folder) for folder in folders)


def test_files_are_not_served_as_static_or_media(client: Client) -> None:
    made = attached()

    assert not Path(settings.MEDIA_ROOT).is_relative_to(settings.STATIC_ROOT)
    assert settings.MEDIA_URL == "/"  # nowhere
    for prefix in ("/", "/media/", "/static/", "/var/media/"):
        assert client.get(f"{prefix}{made.file.name}").status_code == 404


def test_a_write_that_fails_later_leaves_no_file_behind() -> None:
    before = stored()

    def write() -> None:
        with delete_files_on_error():
            attached()
            raise IntegrityError("something else is wrong")

    with pytest.raises(IntegrityError):
        write()

    assert stored() == before


def test_a_refused_page_of_its_own_leaves_no_file_behind(
    engineer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, before = factory.gate("T6"), stored()
    data = {"gate": gate.code, "kind": "file", "summary": "A log"}
    upload = SimpleUploadedFile("k6.txt", b"p95 410 ms")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError("refused by the database, after the file was stored")

    monkeypatch.setattr("gates.admin.base.BoardAdmin.log_addition", refuse)
    response = engineer.post(reverse("admin:gates_evidence_add"), data | {"file": upload})

    assert response.status_code == 200
    assert "The database refused this" in response.content.decode()
    assert not Evidence.objects.exists()
    assert stored() == before


# --- how they are handed out ---------------------------------------------------------------


def test_a_file_is_downloaded_and_never_shown(engineer: Client) -> None:
    made = attached()

    response = engineer.get(reverse("evidence-file", args=[made.pk]))

    assert b"".join(response) == b"p95 410 ms\n"
    assert response.headers["Content-Disposition"] == 'attachment; filename="k6.txt"'
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_an_account_without_a_role_gets_no_file(client: Client) -> None:
    made = attached()
    client.force_login(factory.user("newcomer"))

    response = client.get(reverse("evidence-file", args=[made.pk]))

    assert response.status_code == 403
    assert "for people with a role" in response.content.decode()


def test_a_file_that_was_changed_in_the_store_is_not_served(engineer: Client) -> None:
    made = attached(content=b"p95 900 ms\n")
    default_storage.delete(made.file.name)
    default_storage.save(made.file.name, ContentFile(b"p95 100 ms\n"))

    response = engineer.get(reverse("evidence-file", args=[made.pk]))

    page = response.content.decode()
    assert response.status_code == 409
    assert "no longer matches what was attached" in page
    assert made.sha256 in page
    assert "p95" not in page
    assert "Content-Disposition" not in response.headers


def test_a_file_that_is_gone_from_the_store_is_not_a_500(engineer: Client) -> None:
    made = attached()
    default_storage.delete(made.file.name)

    assert engineer.get(reverse("evidence-file", args=[made.pk])).status_code == 404


# --- nothing is fetched --------------------------------------------------------------------

NETWORK = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "urllib3"}


@pytest.mark.parametrize("package", ["accounts", "dealix_gates", "gates"])
def test_the_server_asks_no_other_server(package: str) -> None:
    """Addresses of evidence are shown, never opened: no module has the means to."""
    found = set()
    for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                # HTTPStatus is a list of names, and opens nothing.
                brought = {alias.name for alias in node.names}
                names = [] if brought == {"HTTPStatus"} else [node.module or ""]
            for name in names:
                if {name, name.split(".")[0]} & NETWORK or name.startswith("urllib.request"):
                    found.add(f"{path.name}: {name}")

    assert found == set()


def test_looking_at_evidence_with_an_address_opens_no_connection(
    engineer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = factory.gate("T6")

    def refuse(*_args: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.create_connection", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    save_gate(engineer, gate, evidence=[proof(kind="link", url="http://169.254.169.254/latest/")])
    page = engineer.get("/gates/T6/")

    assert Gate.objects.get().evidence.get().url == "http://169.254.169.254/latest/"
    assert "http://169.254.169.254/latest/" in page.content.decode()
