"""The values of the environment, read and checked: one function a setting.

Each function raises ImproperlyConfigured with one line for a person, which names the variable and
the remedy. What `.env` beside manage.py says counts where the environment says nothing.
"""

import re
import secrets
import zoneinfo
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from dealix_gates.env_file import read_env_file, text

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

HOST = re.compile(r"\*|\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\]")

read_env_file(BASE_DIR / ".env")


def switch(name: str, default: bool) -> bool:
    """Return a setting that is on or off.

    Any other word is refused; django-environ would read it as off.
    """
    word = text(name, str(default)).lower()
    if word not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} must be on or off, not {word[:20]!r}")
    return word in {"1", "true", "yes", "on"}


def trusted_proxies(debug: bool) -> int:
    """Return how many proxies of our own stand in front of the board."""
    number = text("TRUSTED_PROXIES", "0" if debug else "1")
    if not re.fullmatch("[0-9]", number):
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES must be the number of your own proxies, 0 to 9, not {number[:20]!r}"
        )
    return int(number)


def postgres_bin() -> str:
    """Return the folder of pg_dump and pg_restore; empty where they are on PATH."""
    folder = text("POSTGRES_BIN")
    if folder and not Path(folder, "pg_dump").is_file():
        raise ImproperlyConfigured(
            "POSTGRES_BIN must be the folder that holds pg_dump; leave it empty if it is on PATH"
        )
    return folder


def time_zone() -> str:
    """Return the name of the time zone in which days begin and times are shown."""
    name = text("TIME_ZONE", "Asia/Riyadh")
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"TIME_ZONE {name[:40]!r} is not a time zone; write one such as Asia/Riyadh"
        ) from error
    return name


def secret_key(debug: bool) -> str:
    """Return the key that signs sessions. In development one is made and kept in var/."""
    key = text("SECRET_KEY")
    if not key and debug:
        return _development_key()
    if len(key) < 50 or len(set(key)) < 5:
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to 50 or more random characters, for example from: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    return key


def fallback_keys() -> list[str]:
    """Return the earlier keys, whose signatures still count; only SECRET_KEY signs."""
    keys = [key.strip() for key in text("SECRET_KEY_FALLBACKS").split(",")]
    keys = [key for key in keys if key]
    if any(len(key) < 50 for key in keys):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS must be earlier keys, with commas between")
    return keys


def second_factor_keys(default: list[str]) -> list[str]:
    """Return the keys that encrypt second factors: SECOND_FACTOR_KEYS, or else `default`.

    With SECOND_FACTOR_KEYS, `default` still decrypts: what was stored before it was set.
    """
    keys = [key.strip() for key in text("SECOND_FACTOR_KEYS").split(",")]
    keys = [key for key in keys if key]
    if any(len(key) < 50 for key in keys):
        raise ImproperlyConfigured(
            "SECOND_FACTOR_KEYS must be keys of 50 or more random characters, newest first,"
            " with commas between"
        )
    return [*keys, *default]


def _development_key() -> str:
    path = VAR_DIR / "development-secret-key"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def hosts(debug: bool) -> list[str]:
    """Return the host names under which the board is served."""
    names = [name.strip().lower() for name in text("ALLOWED_HOSTS").split(",")]
    names = [name for name in names if name]
    if not names and not debug:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the hosts the board is served under, such as gates.example"
        )
    if not all(HOST.fullmatch(name) for name in names):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must be host names with commas between, without https://, port or path "
            "(gates.example,www.gates.example)"
        )
    return names or ["127.0.0.1", "localhost"]


def trusted_origins(hosts: list[str]) -> list[str]:
    """Return the origins of forms: each host over https, and all below one with a leading dot."""
    return [
        origin
        for host in hosts
        if host != "*"
        for origin in ([f"https://*{host}"] if host[0] == "." else [])
        + [f"https://{host.lstrip('.')}"]
    ]


def login_origins() -> list[str]:
    """Return the origin of the page on which people log in at the single sign-on; [] without one.

    It is that of SSO_SERVER, unless SSO_LOGIN_SERVER names another.
    """
    name = "SSO_LOGIN_SERVER" if text("SSO_LOGIN_SERVER") else "SSO_SERVER"
    server = text(name)
    if not server:
        return []
    if not text("SSO_SERVER"):
        raise ImproperlyConfigured(f"SSO_SERVER must be set, because {name} is")
    # What stands in the policy that browsers are given must not say more than one origin.
    if not _is_web_address(server) or not re.fullmatch(r"[\w.:\[\]-]+", urlsplit(server).netloc):
        raise ImproperlyConfigured(f"{name} must be an address such as https://login.example")
    parts = urlsplit(server)
    return [f"{parts.scheme}://{parts.netloc}"]


def database() -> dict[str, Any]:
    """Return Django's settings of the database.

    SQLite takes its write lock when a transaction starts, so that two writers queue instead of
    failing half-way.
    """
    url = text("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'dealix.sqlite3'}"
    # The address is not repeated in a message: it may hold a password.
    if url.partition(":")[0] not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must be sqlite:///path or postgres://user:password@host/name"
        )
    # "sqlite://board.sqlite3" names a host and no file, and would be an empty board in memory.
    if re.fullmatch("sqlite:(?!//:memory:$)(?!///.).*", url):
        raise ImproperlyConfigured(
            "DATABASE_URL must name a file: sqlite:////absolute/path, or sqlite:///path from here"
        )
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read as an address; in its password write @ : / ? # % as "
            "%40 %3A %2F %3F %23 %25"
        ) from error
    if config["ENGINE"] == "django.db.backends.postgresql":
        if not re.fullmatch(r"[^/@\s]+", config["NAME"]):
            raise ImproperlyConfigured(
                "DATABASE_URL must end in the database's name: postgres://user:password@host/name; "
                "in its password write @ : / ? # % as %40 %3A %2F %3F %23 %25"
            )
        # A server that does not answer is an error page soon, not a page that never comes.
        options = {"connect_timeout": 5, **config.get("OPTIONS", {})}
        return {**config, "OPTIONS": options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # Relative to the project, not to the folder of the command (":memory:" stays).
    if config["NAME"] != ":memory:":
        config["NAME"] = BASE_DIR / config["NAME"]
        if config["NAME"].is_dir():
            raise ImproperlyConfigured("DATABASE_URL must name a file of SQLite, not a folder")
        try:
            config["NAME"].parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"DATABASE_URL: {error}") from error
    # Opening the file anew for every page costs more than most of its queries. It is not kept open
    # for good, because a file that was restored under a running board (docs/operations.md) must be
    # seen soon.
    config["CONN_MAX_AGE"] = 60
    config["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;",
    }
    return config


def evidence_store() -> dict[str, Any]:
    """Return the storage of evidence files: a folder, or a bucket that servers share."""
    bucket = text("EVIDENCE_BUCKET")
    endpoint = text("EVIDENCE_ENDPOINT")
    region = text("EVIDENCE_REGION")
    if (endpoint or region) and not bucket:
        raise ImproperlyConfigured("EVIDENCE_BUCKET must name the bucket in which files are kept")
    if bucket and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}", bucket):
        raise ImproperlyConfigured(
            "EVIDENCE_BUCKET must be the bucket's name alone, such as dealix-evidence"
        )
    if endpoint and not _is_web_address(endpoint):
        raise ImproperlyConfigured(
            "EVIDENCE_ENDPOINT must be an address such as https://s3.example, without keys in it"
        )
    if region and not re.fullmatch(r"[A-Za-z0-9-]+", region):
        raise ImproperlyConfigured("EVIDENCE_REGION must be a region's name, such as me-south-1")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(
            "EVIDENCE_BUCKET needs packages that are not installed; install them with: "
            "python -m pip install --require-hashes -r requirements-s3.txt"
        )
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
    }
    return {"BACKEND": "gates.storage.Bucket", "OPTIONS": options}


def single_sign_on() -> dict[str, str]:
    """Return the server of single sign-on, its name, and the board's name and secret there.

    Empty where no server is named.
    """
    server, client, secret = text("SSO_SERVER"), text("SSO_CLIENT_ID"), text("SSO_CLIENT_SECRET")
    if not server:
        if client or secret or text("SSO_NAME"):
            raise ImproperlyConfigured(
                "SSO_SERVER must name the server of single sign-on, or leave out all SSO_ variables"
            )
        return {}
    if not _is_web_address(server):
        raise ImproperlyConfigured("SSO_SERVER must be an address such as https://login.example")
    for name, value in (("SSO_CLIENT_ID", client), ("SSO_CLIENT_SECRET", secret)):
        if not value:
            raise ImproperlyConfigured(f"{name} must be set, because SSO_SERVER is")
    name = text("SSO_NAME") or "single sign-on"
    return {"server": server, "name": name, "client_id": client, "secret": secret}


def _is_web_address(address: str) -> bool:
    """Return whether a text is an http(s) address without user, query or fragment."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError where it is no number
    except ValueError:
        return False
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    return (
        parts.scheme in {"http", "https"} and bool(parts.hostname) and bare and " " not in address
    )
