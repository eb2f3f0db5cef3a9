"""Addresses of the pages. Scripts and people's links rely on them."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter

from gates.views import board, gate, history, site


class GateCode:
    """A gate's code in an address: capital letters and a number."""

    regex = "[A-Z]+[0-9]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(GateCode, "code")


def of_a_launch(
    route: str, view: Callable[..., HttpResponseBase], name: str, **given: str
) -> list[URLPattern]:
    """A page of the current launch, and the same page of any launch, named `launch-…`."""
    return [
        path(route, view, given, name=name),
        path(f"launches/<slug:slug>/{route}", view, given, name=f"launch-{name}"),
    ]


urlpatterns = [
    *of_a_launch("", board.board, "board"),
    *of_a_launch("board.md", board.export, "board-md", ending="md"),
    *of_a_launch("board.json", board.export, "board-json", ending="json"),
    *of_a_launch("board.csv", board.export, "board-csv", ending="csv"),
    *of_a_launch("gates/<code:code>/", gate.gate, "gate"),
    *of_a_launch("claims/<slug:named>/", board.claim, "claim"),
    *of_a_launch("changes/", history.changes, "changes"),
    *of_a_launch("burnup/", history.burnup_page, "burnup"),
    *of_a_launch("waiting/", board.waiting, "waiting"),
    *of_a_launch("honesty/", board.honesty, "honesty"),
    path("history/", history.history, name="history"),
    path("evidence/<int:pk>/file", gate.evidence_file, name="evidence-file"),
    path("language/", site.language, name="language"),
    path("badge.svg", site.badge, name="badge"),
    path("healthz", site.healthz, name="healthz"),
]
