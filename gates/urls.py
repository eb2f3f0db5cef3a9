"""Addresses of the pages. Scripts and people's links rely on them."""

from django.urls import path, register_converter

from gates import views


class GateCode:
    """A gate's code in an address: capital letters and a number."""

    regex = "[A-Z]+[0-9]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(GateCode, "code")

urlpatterns = [
    path("", views.board, name="board"),
    path("launches/<slug:slug>/", views.board, name="launch"),
    path("board.md", views.export, {"ending": "md"}, name="board-md"),
    path("launches/<slug:slug>/board.md", views.export, {"ending": "md"}),
    path("board.json", views.export, {"ending": "json"}, name="board-json"),
    path("board.csv", views.export, {"ending": "csv"}, name="board-csv"),
    path("launches/<slug:slug>/board.json", views.export, {"ending": "json"}),
    path("launches/<slug:slug>/board.csv", views.export, {"ending": "csv"}),
    path("gates/<code:code>/", views.gate, name="gate"),
    path("launches/<slug:slug>/gates/<code:code>/", views.gate, name="launch-gate"),
    path("claims/<slug:slug>/", views.claim, name="claim"),
    path("changes/", views.changes, name="changes"),
    path("history/", views.history, name="history"),
    path("burnup/", views.burnup_page, name="burnup"),
    path("waiting/", views.waiting, name="waiting"),
    path("honesty/", views.honesty, name="honesty"),
    path("evidence/<int:pk>/file", views.evidence_file, name="evidence-file"),
    path("language/", views.language, name="language"),
    path("badge.svg", views.badge, name="badge"),
    path("healthz", views.healthz, name="healthz"),
]
