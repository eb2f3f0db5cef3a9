"""Addresses of the pages. Scripts and people's links rely on them."""

from django.urls import path

from gates import views

urlpatterns = [
    path("", views.board, name="board"),
    path("launches/<slug:slug>/", views.board, name="launch"),
    path("gates/<str:code>/", views.gate, name="gate"),
    path("launches/<slug:slug>/gates/<str:code>/", views.gate, name="launch-gate"),
    path("claims/<slug:slug>/", views.claim, name="claim"),
    path("waiting/", views.waiting, name="waiting"),
    path("honesty/", views.honesty, name="honesty"),
    path("evidence/<int:pk>/file", views.evidence_file, name="evidence-file"),
    path("healthz", views.healthz, name="healthz"),
]
