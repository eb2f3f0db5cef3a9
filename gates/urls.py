"""Addresses of the pages. Scripts and people's links rely on them."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from gates.views import board, gate, history, imports, site


class GateCodeConverter:
    """A gate's code in an address: capital letters and a number."""

    regex = "[A-Z]+[0-9]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(GateCodeConverter, "code")


def launch_routes(
    route: str, view: Callable[..., HttpResponseBase], name: str, **given: str
) -> list[URLPattern]:
    """A page of the current launch, and the same page of any launch, named `launch-…`."""
    return [
        path(route, view, given, name=name),
        path(f"launches/<slug:slug>/{route}", view, given, name=f"launch-{name}"),
    ]


urlpatterns = [
    *launch_routes("", board.board, "board"),
    *launch_routes("board.md", board.export, "board-md", ending="md"),
    *launch_routes("board.json", board.export, "board-json", ending="json"),
    *launch_routes("board.csv", board.export, "board-csv", ending="csv"),
    *launch_routes("gates/<code:code>/", gate.gate, "gate"),
    *launch_routes("claims/<slug:named>/", board.claim, "claim"),
    *launch_routes("changes/", history.changes, "changes"),
    *launch_routes("burnup/", history.burnup_page, "burnup"),
    *launch_routes("waiting/", board.waiting, "waiting"),
    *launch_routes("honesty/", board.honesty, "honesty"),
    path("history/", history.history, name="history"),
    path("evidence/<int:pk>/file", gate.evidence_file, name="evidence-file"),
    path("import/", imports.import_document, name="import"),
    path("language/", site.language, name="language"),
    path("badge.svg", site.badge, name="badge"),
    path("healthz", site.healthz, name="healthz"),
]
