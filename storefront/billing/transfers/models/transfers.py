"""Money that came to one of our bank accounts, and what it was for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.core.money import MoneyField


class TransferStatus(models.TextChoices):
    WAITING = "waiting", _("Not assigned")  # it is not known whose it is, or its booking was undone
    BOOKED = "booked", _("Booked")
    FOREIGN = "foreign", _("Not for us")  # put aside: no customer's money
    REVERSED = "reversed", _("Taken back by the bank")


class BankTransfer(models.Model):
    """One sum that came. ``amount`` is in major units of the account's currency; ``value_on`` is the bank's value date.

    ``key`` names it once for all time (``services.booking.key_of``). ``bank_reference``, payer and ``text`` (the
    purpose) are the bank's words. ``customer``: whose personal account takes what no invoice asked for; None while it
    is not assigned. ``booked_by`` is NULL where nobody pressed a button.
    """

    key = models.CharField(max_length=100, unique=True)
    account = models.ForeignKey("transfers.SellerAccount", on_delete=models.PROTECT, related_name="transfers")
    status = models.CharField(_("state"), max_length=10, choices=TransferStatus, default=TransferStatus.WAITING)
    currency = models.CharField(max_length=3)
    amount = MoneyField(_("amount"))
    value_on = models.DateField(_("value date"))
    bank_reference = models.CharField(_("reference of the bank"), max_length=140, blank=True)
    payer_name = models.CharField(_("payer"), max_length=200, blank=True)
    payer_account = models.CharField(_("payer's account"), max_length=60, blank=True)
    text = models.TextField(_("purpose"), blank=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_transfers"
    )
    created_at = models.DateTimeField(default=clock.now)
    booked_at = models.DateTimeField(null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-value_on", "-pk"]
        verbose_name = _("bank transfer")
        verbose_name_plural = _("bank transfers")
        default_permissions = ("view",)
        permissions = [("book_banktransfer", _("Can confirm and undo bank transfers"))]
        indexes = [
            models.Index(fields=["status", "value_on"], name="transfer_by_status"),
            models.Index(fields=["account", "value_on", "amount"], name="transfer_alike"),
        ]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}, {self.value_on}"


class TransferShare(models.Model):
    """``amount`` of a transfer for an invoice, or for the personal account (``invoice`` None), and the payment that it
    became. ``is_undone``: the booking was taken back. Written when it is booked."""

    transfer = models.ForeignKey(BankTransfer, on_delete=models.PROTECT, related_name="shares")
    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="transfer_shares"
    )
    payment = models.ForeignKey("billing.Payment", on_delete=models.PROTECT, related_name="transfer_shares")
    amount = MoneyField()
    is_undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="transfer_share_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_share_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.transfer} for {self.invoice}"
