"""The HTTP API: tokens read the board and bring reports and proposals. People close.

Only `gates/urls.py` imports it, so that commands do not load django-ninja.
"""
