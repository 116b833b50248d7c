"""Which payment methods buyers are not offered just now."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock


class PaymentMethod(models.Model):
    """A method of settings.PAYMENT_GATEWAYS that staff have stopped or resumed; without a row it is offered.

    Keys and addresses stay in the settings. ``reason``, ``changed_by`` and ``changed_at`` are those of the last change.
    """

    name = models.CharField(_("name"), max_length=30, unique=True)
    is_stopped = models.BooleanField(_("not offered"), default=False)
    reason = models.CharField(max_length=1000, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name"]
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        default_permissions = ("view",)
        permissions = [("switch_paymentmethod", _("Can stop and resume payment methods"))]

    def __str__(self) -> str:
        return self.name
