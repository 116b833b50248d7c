from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountConfig(AppConfig):
    name = "storefront.account"
    label = "account_pages"
    verbose_name = _("Account")
