"""Production's settings with other folders, for the servers that tests and benchmarks start."""

import os
from pathlib import Path

from dealix_gates.settings import *  # noqa: F403
from dealix_gates.settings import STORAGES

MEDIA_ROOT = Path(os.environ["SERVED_FOLDER"]) / "media"
# Static files are served from their sources, without `collectstatic`.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The accounts' passwords are hashed with it too; slow hashing would only slow down log-ins.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
