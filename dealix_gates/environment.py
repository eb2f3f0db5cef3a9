"""The values of the environment, read and checked: one function a setting.

Each function raises ImproperlyConfigured with one line for a person. What `.env` beside manage.py
says counts where the environment says nothing.
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

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def switch(name: str, default: bool) -> bool:
    """Return a setting that is on or off.

    Any other word is refused; django-environ would read it as off.
    """
    text = env.str(name, default=str(default)).strip().lower()
    if text not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}")
    return text in {"1", "true", "yes", "on"}


def time_zone() -> str:
    """Return the name of the time zone in which days begin and times are shown."""
    name = env.str("TIME_ZONE", default="Asia/Riyadh")
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"TIME_ZONE {name!r} is not a time zone") from error
    return name


def secret_key(debug: bool) -> str:
    """Return the key that signs sessions. In development one is made and kept in var/."""
    key = env.str("SECRET_KEY", default="")
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
    keys = [key.strip() for key in env.str("SECRET_KEY_FALLBACKS", default="").split(",")]
    keys = [key for key in keys if key]
    if any(len(key) < 50 for key in keys):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS must be earlier keys, with commas between")
    return keys


def second_factor_keys(default: list[str]) -> list[str]:
    """Return the keys that encrypt second factors: SECOND_FACTOR_KEYS, or else `default`.

    With SECOND_FACTOR_KEYS, `default` still decrypts: what was stored before it was set.
    """
    keys = [key.strip() for key in env.str("SECOND_FACTOR_KEYS", default="").split(",")]
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
    names = [name.strip() for name in env.str("ALLOWED_HOSTS", default="").split(",")]
    names = [name for name in names if name]
    if not names and not debug:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the hosts the board is served under, such as gates.example"
        )
    return names or ["127.0.0.1", "localhost"]


def login_origins() -> list[str]:
    """Return the origin of the page on which people log in at the single sign-on; [] without one.

    It is that of SSO_SERVER, unless SSO_LOGIN_SERVER names another.
    """
    server = env.str("SSO_LOGIN_SERVER", default="") or env.str("SSO_SERVER", default="")
    if not server:
        return []
    parts = urlsplit(server)
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
        raise ImproperlyConfigured("SSO_SERVER must be an address such as https://login.example")
    return [f"{parts.scheme}://{parts.netloc}"]


def database() -> dict[str, Any]:
    """Return Django's settings of the database.

    SQLite takes its write lock when a transaction starts, so that two writers queue instead of
    failing half-way.
    """
    url = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'dealix.sqlite3'}"
    # The address is not repeated in a message: it may hold a password.
    if url.partition(":")[0] not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must be sqlite:///path or postgres://user:password@host/name"
        )
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured("DATABASE_URL cannot be read as an address") from error
    if config["ENGINE"] == "django.db.backends.postgresql":
        # A server that does not answer is an error page soon, not a page that never comes.
        options = {"connect_timeout": 5, **config.get("OPTIONS", {})}
        return {**config, "OPTIONS": options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # Relative to the project, not to the folder of the command (":memory:" stays).
    if config["NAME"] != ":memory:":
        config["NAME"] = BASE_DIR / config["NAME"]
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
    bucket = env.str("EVIDENCE_BUCKET", default="")
    endpoint = env.str("EVIDENCE_ENDPOINT", default="")
    region = env.str("EVIDENCE_REGION", default="")
    if (endpoint or region) and not bucket:
        raise ImproperlyConfigured("EVIDENCE_BUCKET must name the bucket in which files are kept")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            "EVIDENCE_ENDPOINT must be an address such as https://s3.example"
        )
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
