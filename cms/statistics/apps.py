from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumbersConfig(AppConfig):
    name = "cms.statistics"
    label = "numbers"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        from oscar.apps.basket.signals import basket_addition

        from cms.statistics.counting import put_in_cart

        basket_addition.connect(put_in_cart, dispatch_uid="numbers-put-in-cart")
