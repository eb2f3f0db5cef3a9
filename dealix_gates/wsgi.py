"""What gunicorn serves: Django, with its stack in one piece (stack.py)."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from dealix_gates.stack import reserve_stack
from gates.views.etag import code_version

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealix_gates.settings")

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
