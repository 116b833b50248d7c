from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "storefront.core"
    label = "core"

    def ready(self) -> None:
        from storefront.core import checks, content_version, error_tracking  # noqa: F401  (checks register themselves)

        if settings.SENTRY_DSN:
            error_tracking.start(dsn=settings.SENTRY_DSN, release=settings.RELEASE)
        post_migrate.connect(content_version.raise_for_release, sender=self, dispatch_uid="content-version")
