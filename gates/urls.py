"""The addresses of the pages. Scripts and bookmarks rely on them, so they do not change."""

import re
from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, include, path, register_converter

from gates.rules.text import clean_code
from gates.views import (
    board,
    check,
    evidence,
    gate,
    history,
    imports,
    launch_setup,
    launches,
    merging,
    people,
    priorities,
    proposals,
    site,
    tokens,
)


class Sha256Converter:
    """A path converter for a SHA-256 in hexadecimal."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


CODE = re.compile("[A-Z]+[0-9]+")


class GateCodeConverter:
    """A path converter for a gate's code, such as GV2, however it is written (gv2, T٦)."""

    regex = "[^/]{2,40}"

    def to_python(self, value: str) -> str:
        if not CODE.fullmatch(clean_code(value)):
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(GateCodeConverter, "code")
register_converter(Sha256Converter, "sha256")


def launch_routes(
    route: str, view: Callable[..., HttpResponseBase], name: str, **kwargs: str
) -> list[URLPattern]:
    """Return two routes to a view: for the current launch, and for any launch by its slug.

    name: of the first route; the second one is named "launch-" and this name.
    kwargs: passed to the view.
    """
    return [
        path(route, view, kwargs, name=name),
        path(f"launches/<slug:slug>/{route}", view, kwargs, name=f"launch-{name}"),
    ]


urlpatterns = [
    *launch_routes("", board.board, "board"),
    *launch_routes("board.md", board.export, "board-md", ending="md"),
    *launch_routes("board.json", board.export, "board-json", ending="json"),
    *launch_routes("board.csv", board.export, "board-csv", ending="csv"),
    *launch_routes("gates/<code:code>/", gate.gate, "gate"),
    *launch_routes("gates/<code:code>/checks/<slug:key>/", check.check, "check"),
    *launch_routes("claims/<slug:named>/", board.claim, "claim"),
    *launch_routes("changes/", history.changes, "changes"),
    *launch_routes("burnup/", history.burnup_page, "burnup"),
    *launch_routes("waiting/", board.waiting, "waiting"),
    *launch_routes("priorities/", priorities.priorities, "priorities"),
    *launch_routes("honesty/", board.honesty, "honesty"),
    path("launches/", launches.launches, name="launches"),
    path("new-launch/", launches.new_launch, name="new-launch"),
    path("launches/<slug:slug>/next/", launches.next_launch, name="launch-next"),
    path("launches/<slug:slug>/current/", launches.make_current, name="launch-current"),
    path("launches/<slug:slug>/archive/", launches.archive, name="launch-archive"),
    path("launches/<slug:slug>/sections/", launch_setup.sections, name="launch-sections"),
    path("launches/<slug:slug>/gates/", launch_setup.gates, name="launch-gates"),
    path("launches/<slug:slug>/claims/", launch_setup.claims, name="launch-claims"),
    path("history/", history.history, name="history"),
    path("evidence/<int:pk>/file", evidence.evidence_file, name="evidence-file"),
    path("evidence/<int:pk>/file/<sha256:sha256>", evidence.evidence_file, name="evidence-file"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("runs/<int:pk>/report", check.report, name="run-report"),
    path("import/", imports.import_document, name="import"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.new_token, name="token-new"),
    path("tokens/<slug:prefix>/revoke/", tokens.revoke_token, name="token-revoke"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="people-add"),
    path("people/merge/", merging.merge, name="people-merge"),
    path("people/<int:pk>/link/", people.link, name="people-link"),
    path("people/<int:pk>/remove/", people.remove, name="people-remove"),
    path("language/", site.language, name="language"),
    path("badge.svg", site.badge, name="badge"),
    path("healthz", site.healthz, name="healthz"),
    path("api/v1/", include("gates.api.urls")),
]
