"""Production's settings for servers that a test starts: only where files lie is different."""

import os
from pathlib import Path

from dealix_gates.settings import *  # noqa: F403
from dealix_gates.settings import STORAGES

MEDIA_ROOT = Path(os.environ["SERVED_FOLDER"]) / "media"
# Static files straight from their sources, without `collectstatic`.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# As in tests.settings, by which the accounts' passwords are made.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
