from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BackOfficeConfig(AppConfig):
    name = "storefront.backoffice"
    label = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from wagtail.admin import auth

        from storefront.backoffice import db_triggers
        from storefront.backoffice.customers import log_ins
        from storefront.backoffice.refusals import refuse
        from storefront.backoffice.search import filling, receivers

        # Wagtail has no setting for it: all its own refusals are made by this function, which would redirect to the
        # start page. tests/backoffice/test_refusals.py tells when a new version of Wagtail makes them elsewhere.
        auth.permission_denied = refuse
        log_ins.connect()
        receivers.connect()
        db_triggers.connect(self)
        post_migrate.connect(filling.fill_if_empty, sender=self, dispatch_uid="search-fill")
