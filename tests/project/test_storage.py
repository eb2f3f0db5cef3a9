"""Files of evidence in a bucket: the same checks as in a folder, against a real S3 server."""

import errno
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer

from dealix_gates import environment
from gates.models import Evidence
from gates.storage import Bucket
from tests.support import factory
from tests.support.admin_forms import person, proof, save_gate

pytestmark = pytest.mark.django_db

LOG = b"p95 410 ms\n"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def keep_in(settings: Any, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Set the environment, and with it the board, to a bucket at an address."""
    for name, value in {
        "EVIDENCE_BUCKET": "proofs",
        "EVIDENCE_ENDPOINT": endpoint,
        "EVIDENCE_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a-key",
        "AWS_SECRET_ACCESS_KEY": "its-secret",
    }.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": environment.evidence_store()}


@pytest.fixture
def bucket(endpoint: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, in which the board keeps its files."""
    keep_in(settings, monkeypatch, endpoint)
    store = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1")
    made = store.create_bucket(Bucket="proofs")
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def attach(client: Client, content: bytes = LOG) -> Any:
    """Attach a file in the gate's form; the answer."""
    upload = SimpleUploadedFile("k6 p95.txt", content)
    return save_gate(client, factory.gate("T6"), evidence=[proof(kind="file", file=upload)])


def keys(bucket: Any) -> list[str]:
    return [found.key for found in bucket.objects.all()]


def download(client: Client) -> Any:
    return client.get(reverse("evidence-file", args=[Evidence.objects.get().pk]))


def test_a_file_is_kept_in_the_bucket_and_comes_back(engineer: Client, bucket: Any) -> None:
    assert attach(engineer).status_code == 302

    response = download(engineer)

    assert isinstance(default_storage._wrapped, Bucket)  # type: ignore[attr-defined]
    assert keys(bucket) == [Evidence.objects.get().file.name]
    assert b"".join(response) == LOG
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_an_account_without_a_role_gets_no_file(engineer: Client, bucket: Any) -> None:
    attach(engineer)
    newcomer = Client()
    newcomer.force_login(factory.user("newcomer"))

    assert download(newcomer).status_code == 403
    assert download(Client()).status_code == 302


def test_no_page_hands_out_an_address_of_the_store(
    engineer: Client, bucket: Any, endpoint: str
) -> None:
    attach(engineer)
    evidence = Evidence.objects.get()
    ours = reverse("evidence-file", args=[evidence.pk])

    for path in (
        reverse("admin:gates_evidence_change", args=[evidence.pk]),
        reverse("admin:gates_gate_change", args=[evidence.gate_id]),
        "/gates/T6/",
    ):
        page = engineer.get(path).content.decode()
        assert ours in page, path
        assert endpoint not in page
        assert "X-Amz" not in page


def test_a_file_that_was_changed_in_the_bucket_is_not_served(engineer: Client, bucket: Any) -> None:
    attach(engineer)
    bucket.put_object(Key=Evidence.objects.get().file.name, Body=b"p95 100 ms\n")

    response = download(engineer)

    assert response.status_code == 409
    assert "no longer matches what was attached" in response.content.decode()


def test_a_file_that_is_gone_from_the_bucket_is_said_to_be_gone(
    engineer: Client, bucket: Any, caplog: pytest.LogCaptureFixture
) -> None:
    attach(engineer)
    bucket.Object(Evidence.objects.get().file.name).delete()

    response = download(engineer)

    assert response.status_code == 404
    assert "This file is gone" in response.content.decode()
    assert '"event": "evidence_file_missing"' in caplog.text


def test_what_is_refused_leaves_nothing_in_the_bucket(engineer: Client, bucket: Any) -> None:
    assert attach(engineer, b"<html>").status_code == 200

    assert keys(bucket) == []
    assert not Evidence.objects.exists()


def test_a_file_is_never_replaced(bucket: Any) -> None:
    names = [default_storage.save("evidence/a/k6.txt", SimpleUploadedFile("x", LOG)) for _ in "12"]

    assert sorted(names) == sorted(keys(bucket))
    assert len(set(names)) == 2


def test_a_store_that_does_not_answer_is_a_503_and_writes_nothing(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listening
        keep_in(settings, monkeypatch, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        client.force_login(person("engineer", "Engineer"))
        client.raise_request_exception = False

        response = attach(client)
        with pytest.raises(OSError, match="does not answer") as refused:
            default_storage.open("evidence/a/k6.txt")

    assert refused.value.errno == errno.EHOSTUNREACH
    assert response.status_code == 503
    assert not Evidence.objects.exists()


@pytest.fixture
def busy_store() -> Iterator[str]:
    """The address of a store that answers everything with 503."""

    class Busy(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Nothing, in between the tests' own lines."""

    for method in ("GET", "HEAD", "PUT"):
        setattr(Busy, f"do_{method}", Busy.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_store_that_is_too_busy_is_a_503_and_writes_nothing(
    engineer: Client, busy_store: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engineer.raise_request_exception = False
    keep_in(settings, monkeypatch, busy_store)

    assert attach(engineer).status_code == 503
    assert not Evidence.objects.exists()


def test_a_bucket_that_is_not_there_is_a_503_and_one_line(
    engineer: Client, endpoint: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engineer.raise_request_exception = False
    keep_in(settings, monkeypatch, endpoint)

    response = attach(engineer)
    with pytest.raises(OSError, match="answers NoSuchBucket"):
        default_storage.listdir("")

    assert response.status_code == 503
    assert not Evidence.objects.exists()


def test_a_bucket_that_is_gone_is_not_taken_for_a_lost_file(
    engineer: Client, bucket: Any, settings: Any
) -> None:
    attach(engineer)
    engineer.raise_request_exception = False
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "another"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": options},
    }

    assert download(engineer).status_code == 503


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_store_that_breaks_off_is_a_503(
    engineer: Client, bucket: Any, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    attach(engineer)
    engineer.raise_request_exception = False
    send = URLLib3Session.send

    def break_off(session: Any, request: Any) -> Any:
        if request.method == method:
            raise ReadTimeoutError(endpoint_url=request.url)
        return send(session, request)

    with monkeypatch.context() as patch:
        patch.setattr(URLLib3Session, "send", break_off)
        response = download(engineer)

    assert response.status_code == 503


@pytest.mark.usefixtures("committed")
def test_the_drill_takes_the_files_along(
    bucket: Any, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.force_login(person("engineer", "Engineer"))
    attach(client)

    call_command("drill")

    assert "1 files match" in capsys.readouterr().out
