from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from cms import branding_hooks, receivers, renditions, staff_hooks, willow_images  # noqa: F401
        from cms.shop.forms import decimals  # noqa: F401  (before forms are made of models)

        willow_images.register()
