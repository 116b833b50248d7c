"""How a seller issues documents."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models.pictures import Picture, PictureRole


class DocumentStyle(models.TextChoices):
    EU = "eu", _("European Union")
    CIS = "cis", _("Kazakhstan and Russia: bank table, sum in words, place for the seal")
    SIMPLE = "simple", _("Plain")


class ActOnPaper(models.TextChoices):
    NEVER = "never", _("No")
    OFFERED = "offered", _("To customers who ask for it")
    ALWAYS = "always", _("Every act")


class EInvoicing(models.TextChoices):
    BY_COUNTRY = "by_country", _("Factur-X for sellers in the EU with a VAT number, else none")
    NONE = "none", _("None")
    FACTUR_X = "factur_x", _("Factur-X: XML inside the PDF (ZUGFeRD)")
    WITH_UBL = "with_ubl", _("Factur-X, and UBL as a file of its own")


#: The last day for an act, counted from the payment.
LATEST_ACT_DAY = 10


class DocumentSettings(models.Model):
    """Which documents a seller issues, and how they look. Without a row, the defaults of a new one.

    ``series`` begins the numbers of this seller, where the shop has several. ``second_language``: stands beside the
    customer's own; "": none. ``act_day``: so many days after the payment, 0 at once. ``bank_code`` is the BIC, БИК
    or whatever the country calls it; ``beneficiary_code`` and ``payment_code`` are КБе and КНП in Kazakhstan.
    """

    seller = models.OneToOneField("billing.Seller", on_delete=models.CASCADE, related_name="document_settings")
    style = models.CharField(_("style"), max_length=10, choices=DocumentStyle, default=DocumentStyle.EU)
    series = models.SlugField(_("begin of the numbers"), max_length=6, blank=True, default="")
    second_language = models.CharField(_("second language"), max_length=10, blank=True, default="")
    e_invoicing = models.CharField(
        _("e-invoices by EN 16931"), max_length=12, choices=EInvoicing, default=EInvoicing.BY_COUNTRY
    )
    issues_invoices = models.BooleanField(_("invoices"), default=True)
    issues_receipts = models.BooleanField(_("receipts"), default=True)
    issues_acts = models.BooleanField(_("acts"), default=True)
    issues_credit_notes = models.BooleanField(_("credit notes"), default=True)
    issues_contracts = models.BooleanField(_("agreements as accepted"), default=True)
    act_day = models.PositiveSmallIntegerField(
        _("act, days after the payment"), default=0, validators=[MaxValueValidator(LATEST_ACT_DAY)]
    )
    act_on_paper = models.CharField(
        _("acts on paper, by post"), max_length=10, choices=ActOnPaper, default=ActOnPaper.NEVER
    )
    director = models.CharField(_("director"), max_length=120, blank=True)
    director_post = models.CharField(_("post of the director"), max_length=120, blank=True)
    accountant = models.CharField(_("chief accountant"), max_length=120, blank=True)
    bank_name = models.CharField(_("bank"), max_length=150, blank=True)
    bank_code = models.CharField(_("code of the bank (BIC, БИК)"), max_length=20, blank=True)
    bank_account = models.CharField(_("account number or IBAN"), max_length=40, blank=True)
    correspondent_account = models.CharField(_("correspondent account"), max_length=30, blank=True)
    beneficiary_code = models.CharField(_("beneficiary code (КБе)"), max_length=5, blank=True)
    payment_code = models.CharField(_("payment purpose code (КНП)"), max_length=5, blank=True)
    logo = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    seal = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    signature = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("document settings")
        verbose_name_plural = _("document settings")

    def __str__(self) -> str:
        return str(self.seller)

    def issues(self, kind: str) -> bool:
        """Whether documents of the kind are issued; statements are whenever somebody asks for one."""
        return {
            DocumentKind.INVOICE: self.issues_invoices,
            DocumentKind.ADVANCE_INVOICE: self.issues_invoices,
            DocumentKind.RECEIPT: self.issues_receipts,
            DocumentKind.ACT: self.issues_acts,
            DocumentKind.CREDIT_NOTE: self.issues_credit_notes,
            DocumentKind.DEBIT_NOTE: self.issues_credit_notes,
            DocumentKind.CONTRACT: self.issues_contracts,
        }.get(DocumentKind(kind), True)

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """By role; those that are set."""
        named = {PictureRole.LOGO: self.logo, PictureRole.SEAL: self.seal, PictureRole.SIGNATURE: self.signature}
        return {str(role): picture for role, picture in named.items() if picture}

    def languages(self, first: str) -> tuple[str, ...]:
        """The customer's, and the second one beside it, where that is another one of the shop's."""
        known = {code for code, _name in settings.LANGUAGES}
        second = self.second_language
        return (first, second) if second in known and second != first else (first,)
