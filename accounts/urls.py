"""URLs of the account pages. The library's pages for sign-up and mail are left out."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.conf import settings
from django.urls import include, path

from . import link_views, views

# The names are the library's: its views redirect to one another by them.
urlpatterns = [
    path("login/", views.LogInView.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/", views.ChangePasswordView.as_view(), name="account_change_password"),
    path("link/", link_views.access_link, name="access_link"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("second-factor/", views.SecondFactorView.as_view(), name="mfa_index"),
    path("second-factor/login/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", views.SetUpAppView.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/file/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/confirm/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "passkeys/<int:pk>/remove/", views.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"
    ),
]

if settings.SINGLE_SIGN_ON:
    from allauth.socialaccount import views as social

    urlpatterns += [
        path("single/", include("allauth.socialaccount.providers.openid_connect.urls")),
        path("single/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
        path("single/error/", social.login_error, name="socialaccount_login_error"),
        path("single/unknown/", social.signup, name="socialaccount_signup"),
    ]
