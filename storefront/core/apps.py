from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "storefront.core"
    label = "core"

    def ready(self) -> None:
        from storefront.core import checks, content_version  # noqa: F401  (checks register themselves)

        post_migrate.connect(content_version.raise_for_release, sender=self, dispatch_uid="content-version")
