from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "storefront.users"
    label = "users"
    verbose_name = _("Users")

    def ready(self) -> None:
        # First of all: allauth's forms load our tokens, which extend a class of theirs. The other way round, with our
        # adapter asked for before any form, neither would be complete.
        from allauth.account import forms  # noqa: F401

        from storefront.users import receivers  # noqa: F401  (connects them)
