from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "catalogue.plans"
    label = "plans"
    verbose_name = _("Plans")

    def ready(self) -> None:
        from catalogue.plans import receivers  # noqa: F401
