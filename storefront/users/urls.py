"""Log-in, log-out, password, e-mail and second factor: all under /account/."""

from django.urls import include, path, re_path

from storefront.users import invitation_views, views
from storefront.users.data_protection import views as data_protection

urlpatterns = [
    path("account/password/set/", views.set_password, name="account_set_password"),
    path("account/email/again/", views.mail_again, name="account-mail-again"),
    path("account/email/", views.ChangeEmail.as_view(), name="account_email"),
    path(
        "account/",
        include(
            [re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", views.ConfirmEmail.as_view(), name="account_confirm_email")]
        ),
    ),
    path("account/invitation/<str:token>/", invitation_views.accept, name="staff-invitation"),
    path("account/erasure/<str:token>/", data_protection.withdraw, name="erasure-withdraw"),
    path("account/sessions/", views.Sessions.as_view(), name="usersessions_list"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
]
