from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "storefront.users"
    label = "users"
    verbose_name = _("Users")

    def ready(self) -> None:
        from storefront.users import checks, receivers  # noqa: F401  (register themselves)
