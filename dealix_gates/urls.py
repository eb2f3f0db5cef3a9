"""The URLs of the board, the account pages and the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import admin_login
from gates.admin.script_sentences import script_sentences

handler429 = "accounts.views.too_many_requests"

handler400 = "dealix_gates.error_views.bad_request"
handler500 = "dealix_gates.error_views.server_error"

urlpatterns = [
    path("", include("gates.urls")),
    path("accounts/", include("accounts.urls")),
    # Before the admin, whose own log-in and password pages would bypass ours.
    path("admin/login/", admin_login),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/jsi18n/", admin.site.admin_view(script_sentences, cacheable=True)),
    path("admin/", admin.site.urls),
]
