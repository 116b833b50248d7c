"""What a buyer sends to show that they have paid: a hint for staff, never proof."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references

FOLDER = "payment-proofs"


class ProofStatus(models.TextChoices):
    WAITING = "waiting", _("Waits for us")
    PROVISIONAL = "provisional", _("License given for now")
    CREDITED = "credited", _("Taken as paid")
    REFUSED = "refused", _("Refused")


class ProofSource(models.TextChoices):
    PAY_PAGE = "pay_page", _("Pay page")
    ACCOUNT = "account", _("Account")
    MESSAGE = "message", _("Mail or chat")


def place(proof: PaymentProof, filename: str) -> str:
    """A name of our own: nothing of the buyer's is part of a path."""
    return f"{FOLDER}/{proof.public_id}"


class PaymentProof(models.Model):
    """A payment order or a bank's receipt for an invoice: a PDF or a picture.

    ``file_name`` is what it is called when it is downloaded, ``content_type`` what its content is. ``decided_by`` and
    ``reason`` are those of who looked at it.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id, editable=False)
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="payment_proofs")
    source = models.CharField(max_length=10, choices=ProofSource)
    status = models.CharField(_("state"), max_length=12, choices=ProofStatus, default=ProofStatus.WAITING)
    file = models.FileField(upload_to=place, max_length=120, blank=True)
    file_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    file_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payment proof")
        verbose_name_plural = _("payment proofs")
        default_permissions = ("view",)
        permissions = [("decide_paymentproof", _("Can decide about payment proofs"))]
        indexes = [models.Index(fields=["status", "created_at"], name="proof_waiting")]
        constraints = [
            # The same file sent again says nothing new.
            models.UniqueConstraint(
                fields=["invoice", "file_hash"], condition=~Q(file_hash=""), name="payment_proof_once"
            )
        ]

    def __str__(self) -> str:
        return self.file_name
