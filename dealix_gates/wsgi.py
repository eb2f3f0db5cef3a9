"""Entry point for a WSGI server: `gunicorn dealix_gates.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealix_gates.settings")

application = get_wsgi_application()
