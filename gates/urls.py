"""Addresses of the pages. Scripts and people's links rely on them."""

from django.urls import path

from gates import exports, views

urlpatterns = [
    path("", views.board, name="board"),
    path("launches/<slug:slug>/", views.board, name="launch"),
    path("gates/<str:code>/", views.gate, name="gate"),
    path("launches/<slug:slug>/gates/<str:code>/", views.gate, name="launch-gate"),
    path("board.<str:form>", exports.board, name="board-export"),
    path("launches/<slug:slug>/board.<str:form>", exports.board, name="launch-export"),
    path("evidence/<int:pk>/file", views.evidence_file, name="evidence-file"),
    path("healthz", views.healthz, name="healthz"),
]
