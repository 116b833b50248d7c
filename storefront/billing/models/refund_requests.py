"""What customers ask to be refunded, before staff decide."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.billing.states import RefundRequestStatus
from storefront.core import clock, references
from storefront.core.texts import Translated


class RefundReason(Translated):
    """A reason that customers choose from. One that is not offered any more stays with the requests that name it."""

    TRANSLATED = ("title",)

    title = models.CharField(_("reason"), max_length=120)
    is_offered = models.BooleanField(_("offered"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("reason for a refund")
        verbose_name_plural = _("reasons for refunds")

    def __str__(self) -> str:
        return self.text("title")


class RefundRequest(models.Model):
    """A customer asks for money of a paid invoice, for the lines that ``lines`` name.

    ``is_withdrawal``: a consumer withdraws from the contract (Directive 2011/83/EU, Article 11a), which needs no
    reason. ``reason_text`` is the reason as it was shown, ``text`` what they added. ``payee_*``: where to pay to by
    bank transfer, if they want that; the account is masked once it was decided. ``decision`` is that of the refunds
    it led to, ``answer`` what staff told the customer.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="refund_requests")
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="refund_requests")
    status = models.CharField(max_length=10, choices=RefundRequestStatus, default=RefundRequestStatus.ASKED)
    is_withdrawal = models.BooleanField(default=False)
    reason = models.ForeignKey(RefundReason, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason_text = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    payee_holder = models.CharField(max_length=140, blank=True)
    payee_account = models.CharField(max_length=34, blank=True)
    payee_bank = models.CharField(max_length=140, blank=True)
    language = models.CharField(max_length=10, default="en")
    decision = models.CharField(max_length=32, blank=True, db_index=True)
    answer = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        indexes = [models.Index(fields=["status", "created_at"], name="refund_request_by_status")]

    def __str__(self) -> str:
        return f"refund-request-{self.pk}"


class RefundRequestLine(models.Model):
    """A line of a request. While it ``is_open``, no other request may be about the line."""

    request = models.ForeignKey(RefundRequest, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("billing.InvoiceLine", on_delete=models.PROTECT, related_name="refund_requests")
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(is_open=True), name="one_open_request_per_line"),
            models.UniqueConstraint(fields=["request", "line"], name="refund_request_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.line_id}"


class EarlyStart(models.Model):
    """A consumer asked that what they bought begins within the time of withdrawal, and acknowledged that the right
    ends with it (Directive 2011/83/EU, Article 16 (m)). ``text`` is what they read, in ``language``, and
    ``ip_address`` where from; never changed."""

    invoice = models.OneToOneField("billing.Invoice", on_delete=models.PROTECT, related_name="early_start")
    text = models.CharField(max_length=500)
    language = models.CharField(max_length=10, blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    consented_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.consented_at:%Y-%m-%d}"
