"""Whom a customer's invoices are addressed to: themselves, or the companies they buy for."""

from dataclasses import fields

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.payer_details import PayerDetails, PayerKind
from storefront.core import clock, references
from storefront.core.form_fields import EmailModelField


class Payer(models.Model):
    """One payer of a customer, with the details that its country's documents need (see ``PayerDetails``).

    ``used_at``: when an invoice was issued to it first. What is issued keeps a copy, so details may be corrected at any
    time; a payer that was used is archived instead of deleted. One that is not archived may be the customer's default.
    """

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="payers")
    kind = models.CharField(_("kind"), max_length=10, choices=PayerKind, default=PayerKind.PERSON)
    name = models.CharField(_("name"), max_length=200, blank=True)
    company = models.CharField(_("legal name"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2)
    address = models.TextField(_("address"), max_length=500, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    vat_id = models.CharField(_("VAT number"), max_length=40, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    branch_code = models.CharField(max_length=20, blank=True)
    director = models.CharField(_("director"), max_length=200, blank=True)
    bank_name = models.CharField(_("bank"), max_length=200, blank=True)
    bank_code = models.CharField(max_length=20, blank=True)
    bank_account = models.CharField(max_length=50, blank=True)
    correspondent_account = models.CharField(max_length=50, blank=True)
    beneficiary_code = models.CharField(max_length=10, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    documents_email = EmailModelField(_("e-mail for documents"), blank=True)
    language = models.CharField(_("language of documents"), max_length=10, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_default", "-pk"]
        verbose_name = _("payer")
        verbose_name_plural = _("payers")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(is_default=True), name="payer_default_of_customer"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(archived_at=None), name="payer_default_is_kept"
            ),
        ]

    def __str__(self) -> str:
        return self.details.title

    @property
    def details(self) -> PayerDetails:
        """As an invoice keeps them, but for the customer's e-mail."""
        return PayerDetails(**{name: str(getattr(self, name)) for name in DETAILS})

    @details.setter
    def details(self, details: PayerDetails) -> None:
        for name in DETAILS:
            setattr(self, name, getattr(details, name))


#: The fields of ``PayerDetails`` that a payer has; the e-mail is the customer's.
DETAILS = tuple(field.name for field in fields(PayerDetails) if field.name != "email")
