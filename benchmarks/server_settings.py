"""Production's settings for servers that we start: where files lie is different."""

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
# As the accounts' passwords are made; slow hashing would only slow their log-ins down.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
