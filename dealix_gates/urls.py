"""All addresses: the board, the account pages, the admin."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from gates.views import admin_login

handler400 = "gates.views.bad_request"
handler500 = "gates.views.server_error"

urlpatterns = [
    path("", include("gates.urls")),
    path("accounts/login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path(
        "accounts/password/done/",
        auth.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
    # Before the admin, whose own login page would bypass ours.
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
]
