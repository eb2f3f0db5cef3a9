"""What gunicorn serves: Django, with its stack in one piece (stack.py).

A server that cannot work does not start. It says why in one line and ends with the code that tells
gunicorn not to try again.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from dealix_gates.stack import reserve_stack

WORKER_BOOT_ERROR = 3  # gunicorn.arbiter.Arbiter.WORKER_BOOT_ERROR

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealix_gates.settings")


def _refuse(why: object) -> NoReturn:
    sys.stderr.write(f"<3>dealix-gates: {why}\n")
    sys.exit(WORKER_BOOT_ERROR)


try:
    django.setup(set_prefix=False)
except ImproperlyConfigured as error:
    _refuse(error)

from gates.board.etag import code_version  # noqa: E402
from gates.operations.server_start import start_error  # noqa: E402  models need the settings

if why := start_error():
    _refuse(why)

_django = get_wsgi_application()
# Hash the code that is loaded now. Later the next release may lie on disk, and the ETags of this
# release's pages must not name that one.
code_version()


@reserve_stack
def application(
    environ: dict[str, Any], start_response: Callable[..., Callable[[bytes], object]]
) -> Iterable[bytes]:
    """Answer a request."""
    return _django(environ, start_response)
