"""Contact data and consents of orders, and what is kept for a reminder of a cart that is not ordered yet."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references
from storefront.core.form_fields import EmailModelField


class PurchaseDetails(models.Model):
    """Contact and portal of one order, frozen. ``portal_address`` is a claim: normalised, not verified.

    ``fingerprint`` is a hash of what was ordered for which portal. ``cause_key`` is what the order was created for
    once, for example a period to renew; NULL for an order that a buyer placed. ``asks_consent``: staff placed it, and
    the agreements are accepted on the pay page, before anything can be paid.
    """

    order = models.OneToOneField("order.Order", on_delete=models.CASCADE, related_name="purchase_details")
    name = models.CharField(_("name"), max_length=200)
    company = models.CharField(_("company"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40)
    email = models.EmailField(_("e-mail"))
    portal_address = models.CharField(_("Bitrix24 address"), max_length=255, blank=True)
    portal_kind = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=10, default="en")
    fingerprint = models.CharField(max_length=64, db_index=True)
    asks_consent = models.BooleanField(default=False)
    cause_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class PlannedHolder(models.Model):
    """For whom the licenses of an order are bought: once granted, they are offered to this e-mail."""

    order = models.OneToOneField("order.Order", on_delete=models.CASCADE, related_name="planned_holder")
    email = EmailModelField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.order_id}"


class Consent(models.Model):
    """Proof that a buyer accepted an agreement: which version, its exact text, when, from where, in which language."""

    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="consents")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")
    version = models.ForeignKey("plans.AgreementVersion", on_delete=models.PROTECT, related_name="consents")
    name = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    ip_address = models.GenericIPAddressField(null=True)
    accepted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}, {self.order_id}"


class CheckoutReminder(models.Model):
    """A buyer's request to be mailed a link to the cart should it not become an order, made by a box at the checkout.

    ``draft`` is what was typed, as ``checkout.page.drafts`` keeps it; it is kept here because the link works in any
    browser. ``changed_at`` is when the form was changed last, ``sent_at`` when the one mail was handed to the outbox.
    The row is the request: deleting it cancels it.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    basket = models.OneToOneField("basket.Basket", on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(db_index=True)
    language = models.CharField(max_length=10)
    draft = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=clock.now, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.public_id


class VoucherRule(models.Model):
    """What a voucher, or each voucher of a set, may be used for, beside what its Oscar offer takes off.

    Empty ``products``, ``months`` and ``customers`` mean all. ``max_uses`` counts orders that are not cancelled; a
    voucher of a set is used once in any case. A paused voucher takes nothing off.
    """

    voucher = models.OneToOneField(
        "voucher.Voucher", on_delete=models.CASCADE, null=True, blank=True, related_name="rule"
    )
    voucher_set = models.OneToOneField(
        "voucher.VoucherSet", on_delete=models.CASCADE, null=True, blank=True, related_name="rule"
    )
    products = models.ManyToManyField("plans.SoftwareProduct", blank=True, related_name="+")
    months = models.JSONField(default=list, blank=True)
    customers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    max_uses_per_customer = models.PositiveIntegerField(null=True, blank=True)
    is_first_purchase_only = models.BooleanField(default=False)
    is_paused = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(voucher=None) ^ models.Q(voucher_set=None), name="voucher_rule_of_one"
            )
        ]

    def __str__(self) -> str:
        return str(self.owner)

    @property
    def owner(self) -> Any:
        """Oscar's voucher or set, which has name, ``start_datetime`` and ``end_datetime``."""
        return self.voucher or self.voucher_set
