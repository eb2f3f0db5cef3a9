"""The settings under which tests run: production's, less what a plain-http test cannot use.

Everything the environment or a `.env` file could decide is decided here first, so that tests
give the same answer on every machine, also for a bare `pytest`. Only DATABASE_URL is taken from
the environment: `make test` runs the same tests on SQLite and on PostgreSQL.
"""

import os
import secrets
import tempfile

from benchmarks.environment import FIXED_ENVIRONMENT

os.environ.update(
    FIXED_ENVIRONMENT,
    SECRET_KEY=secrets.token_urlsafe(50),
    ALLOWED_HOSTS="testserver,localhost",
    REQUIRE_MFA="off",  # tests that are about it turn it on
    TRUSTED_PROXIES="0",
)
os.environ.setdefault("POSTGRES_BIN", "")
os.environ.setdefault("DATABASE_URL", "")  # set, though empty: .env is not asked

from dealix_gates.settings import *  # noqa: F403  the environment must come first
from dealix_gates.settings import DATABASES

# A file, so that tests can reach the database over a second, raw connection; one of its own, so
# that two runs at the same time do not share it.
_folder = tempfile.TemporaryDirectory(prefix="dealix-tests-")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder.name}/test.sqlite3"}
    # Not waiting for the disk: nobody needs this file after a power failure.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

# The test client and the live server speak http.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False

# Static files straight from their sources, without `collectstatic`; uploads never reach var/.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

# Slow hashing protects real passwords; here it would only slow every login down.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
