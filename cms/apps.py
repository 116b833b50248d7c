from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from cms import receivers, renditions, willow_images  # noqa: F401  (they listen to signals)
        from cms.shop.forms import decimals  # noqa: F401  (before forms are made of models)

        willow_images.register()
