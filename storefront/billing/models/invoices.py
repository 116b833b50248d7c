"""Invoices: numbered demands to pay, frozen once issued."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _

from storefront.billing.models.account_settings import AccountSettings
from storefront.billing.models.taxes import TaxSettings
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import clock, countries, money, references
from storefront.core.form_fields import EmailModelField
from storefront.core.license_terms import LicenseTerms
from storefront.core.money import MoneyField
from storefront.core.texts import Translated


class Seller(Translated, TaxSettings, AccountSettings):
    """Our legal entity as printed on documents; invoices keep a copy of it. ``country`` (ISO 3166-1, two letters) is
    whose tax it charges, and for search engines, which do not read it out of the address.

    ``refund_days``: money back if asked for within so many days of paying; None: nothing is promised.
    ``refund_text`` says how to ask, ``refund_page`` in full. ``card_statement`` is the name of a payment on the
    statement of the buyer's card.
    """

    TRANSLATED = ("refund_text",)

    name = models.CharField(_("name"), max_length=200)
    address = models.TextField(_("address"))
    country = models.CharField(_("country"), max_length=2, blank=True, validators=[countries.valid])
    registration_number = models.CharField(_("registration number"), max_length=50, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    email = EmailModelField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    bank_details = models.TextField(_("bank details"), blank=True)
    refund_days = models.PositiveSmallIntegerField(
        _("money back within, days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    refund_text = models.CharField(_("how to ask for it"), max_length=160, blank=True)
    refund_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page with the whole rule"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    card_statement = models.CharField(_("name on card statements"), max_length=22, blank=True)
    is_default = models.BooleanField(_("used for new invoices"), default=True)

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")

    def __str__(self) -> str:
        return self.name


class InvoiceSequence(models.Model):
    """The last number given out in a series. Locked while the next one is taken, so numbers have no gaps."""

    series = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Invoice(models.Model):
    """A demand to pay ``amount`` = ``net`` + ``tax`` (major units of ``currency``), the sums of its lines.

    ``seller`` and ``payer`` are snapshots taken when it was issued; so is why it is taxed as it is: ``tax_treatment``
    with ``tax_facts`` (``tax.TaxFacts``, empty in invoices of earlier releases), whose reason the database copies to
    ``tax_reason``. ``content_hash`` is the SHA-256 of
    everything printed on it, by the algorithm ``hash_version`` (see ``services.invoices.content_hash``). The pay link
    is derived from ``public_id`` (see billing.links). Triggers of the database refuse any change but those of status,
    its times, ``due_at`` and ``reminded_at`` (see billing.db_triggers).
    ``order`` is None for what was not ordered in the cart: an advance payment, a renewal (``kind``).
    ``replaces`` is the unpaid invoice, void since, whose place it took: the same lines for another payer.
    ``due_at`` is the end of a day in the shop's time zone; in invoices of earlier releases it may be any instant.
    """

    number = models.CharField(_("number"), max_length=30, unique=True)
    public_id = models.CharField(max_length=32, unique=True, default=references.public_id)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices")
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="invoices")
    kind = models.CharField(max_length=20, choices=InvoiceKind, default=InvoiceKind.ORDER)
    status = models.CharField(max_length=10, choices=InvoiceStatus, default=InvoiceStatus.OPEN)
    currency = models.CharField(max_length=3)
    net = MoneyField()
    tax = MoneyField()
    amount = MoneyField()
    seller = models.JSONField(default=dict)
    payer = models.JSONField(default=dict)
    tax_treatment = models.CharField(max_length=20, choices=TaxTreatment, default=TaxTreatment.NONE)
    tax_facts = models.JSONField(default=dict, blank=True)
    tax_reason = models.GeneratedField(
        expression=KeyTextTransform("reason", "tax_facts"),
        output_field=models.CharField(max_length=30),
        db_persist=True,
    )
    language = models.CharField(max_length=10, default="en")
    content_hash = models.CharField(max_length=64)
    hash_version = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        permissions = [
            ("cancel_invoice", _("Can cancel an unpaid order")),
            ("postpone_invoice", _("Can extend the due day of an invoice")),
            ("change_payer", _("Can change the payer of an unpaid invoice")),
            ("place_order", _("Can place an order for a customer")),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="invoice_due"),
            models.Index(fields=["issued_at"], name="invoice_issued"),
            models.Index(fields=["status", "tax_reason", "paid_at"], name="invoice_tax_reason"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="invoice_amount_not_negative")]

    def __str__(self) -> str:
        return self.number

    @property
    def sold_by(self) -> str:
        """The payment provider that sells in its own name, with its own tax and documents; "" where we sell."""
        return str(self.tax_facts.get("sold_by", ""))

    @property
    def has_discount(self) -> bool:
        """Whether any line costs less than its pieces; reads the lines."""
        return any(line.discount for line in self.lines.all())


class FreeOrderCause(models.TextChoices):
    VOUCHER = "voucher", _("Voucher")
    OFFER = "offer", _("Offer")
    GIFT = "gift", _("Gift")


class FreeOrder(models.Model):
    """Why nothing was to be paid for an invoice of zero; it takes the place of a payment. Never changed.

    ``reference`` is the voucher's code, the offer's name at that time, or the reason for a gift.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="free_order")
    cause = models.CharField(max_length=20, choices=FreeOrderCause)
    reference = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.invoice}: {self.cause} {self.reference}"


#: The column and the key of the months that a line grants, for sums that the database makes.
LINE_TERMS, MONTHS = "license_terms_json", "months"


class InvoiceLine(models.Model):
    """One line of an invoice: ``amount`` = ``net`` + ``tax``; ``tax_rate`` in percent of ``net``. ``list_amount`` is
    what its pieces cost without discount, tax included.

    ``license_terms`` is what paying for the line grants, None if nothing. It is stored as JSON, exactly as issued (the
    invoice's hash covers it), and what queries filter by as columns beside it: ``software_id``, ``plan_id``, both NULL
    if nothing is granted, and ``extends_license``. Set it when the line is made; the row is frozen.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    order_line = models.ForeignKey("order.Line", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    description = models.CharField(max_length=500)
    quantity = models.PositiveIntegerField(default=1)
    list_amount = MoneyField()
    net = MoneyField()
    tax = MoneyField()
    tax_rate = models.DecimalField(max_digits=6, decimal_places=3)
    amount = MoneyField()
    license_terms_json = models.JSONField(default=dict, blank=True, db_column="license_terms")
    software_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    plan_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    extends_license = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")]

    def __str__(self) -> str:
        return self.description

    @property
    def license_terms(self) -> LicenseTerms | None:
        return LicenseTerms.from_json(self.license_terms_json) if self.license_terms_json else None

    @license_terms.setter
    def license_terms(self, terms: LicenseTerms | None) -> None:
        self.license_terms_json = terms.to_json() if terms else {}
        self.software_id = terms.software_id if terms else None
        self.plan_id = terms.plan_id if terms else None
        self.extends_license = terms.extends_license if terms else ""

    @property
    def has_own_columns(self) -> bool:
        """Whether the columns say what the stored terms say; the auditor asks."""
        stored = self.license_terms_json
        columns = (self.software_id, self.plan_id, self.extends_license)
        return columns == (stored.get("software_id"), stored.get("plan_id"), stored.get("extends_license", ""))

    @property
    def unit_price(self) -> Decimal | None:
        """The price of one piece before any discount, major units; None if the pieces do not share it evenly."""
        price = money.quantize(self.list_amount / self.quantity, self.invoice.currency)
        return price if price * self.quantity == self.list_amount else None

    @property
    def discount(self) -> Decimal:
        """What the whole line costs less than its pieces, major units: unit price x quantity - discount = amount."""
        return self.list_amount - self.amount
