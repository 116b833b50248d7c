"""What is sold: a software product, its license types, the periods they are sold for, and its agreement."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField

from storefront.core import clock


def months_label(months: int) -> str:
    """A period as people read it: 1 month, 12 months."""
    return ngettext("%(months)d month", "%(months)d months", months) % {"months": months}


class BindingKind(models.TextChoices):
    """What a license of the product is tied to."""

    NONE = "none", _("Nothing")
    PORTAL = "portal", _("A Bitrix24 portal")
    IP = "ip", _("A public IP address")
    INSTANCE = "instance", _("An installation, by license key")


class Agreement(models.Model):  # type: ignore[django-manager-missing]
    """A public agreement a buyer must accept. Its text is versioned: saving a changed text makes a new version."""

    name = models.CharField(_("name"), max_length=200, help_text=_("As the buyer reads it beside the box to tick."))
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    body = RichTextField(_("text"), features=["h2", "h3", "bold", "italic", "ol", "ul", "link"])

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgreementVersion(models.Model):
    """A text once in force. Never edited, never deleted while a consent points to it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(max_length=200)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @staticmethod
    def digest(text: str) -> str:
        """SHA-256 of the exact text, hexadecimal."""
        return hashlib.sha256(text.encode()).hexdigest()


class SoftwareProduct(ClusterableModel):
    """What the shop adds to an Oscar parent product.

    What pages read is kept beside it, written by ``pricing`` alone in the transaction that changes the prices:
    ``offer`` is all that is on sale as JSON (see ``catalogue.plans.offers``), ``lowest_monthly_amount`` the best price
    per month in it, major units of ``currency``; None when nothing is on sale.
    """

    product = models.OneToOneField(
        "catalogue.Product", on_delete=models.CASCADE, related_name="software", limit_choices_to={"parent": None}
    )
    tagline = models.CharField(_("one line about it"), max_length=200, blank=True)
    binding_kind = models.CharField(_("license is tied to"), max_length=10, choices=BindingKind, default="portal")
    bitrix24_app_code = models.CharField(
        _("Bitrix24 application"),
        max_length=50,
        blank=True,
        help_text=_("Code of the application in BITRIX24_APPS that this product's licenses open."),
    )
    market_url = models.URLField(_("page of the application in the Bitrix24 Market"), blank=True)
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("agreement"), on_delete=models.PROTECT, null=True, blank=True, related_name="products"
    )
    offer = models.TextField(default="[]", editable=False)
    lowest_monthly_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, editable=False)
    currency = models.CharField(max_length=3, blank=True, editable=False)

    class Meta:
        verbose_name = _("software product")
        verbose_name_plural = _("software products")

    def __str__(self) -> str:
        return self.product.title


class Plan(models.Model):
    """A license type of a product, priced by the month (major units of the shop's currency)."""

    software = ParentalKey(SoftwareProduct, on_delete=models.CASCADE, related_name="plans")
    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=100)
    summary = models.CharField(_("for whom"), max_length=200, blank=True)
    features = models.TextField(_("features"), blank=True, help_text=_("One per line."))
    monthly_price = models.DecimalField(
        _("price per month"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("license type")
        verbose_name_plural = _("license types")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["software", "code"], name="plan_code_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def feature_list(self) -> list[str]:
        return [line.strip() for line in self.features.splitlines() if line.strip()]


class Period(models.Model):
    """How many months are bought at once, with the discount for it. Without a product: for all products.

    A product's own period takes the place of the common one of as many months, also to take it off sale there.
    """

    software = ParentalKey(SoftwareProduct, on_delete=models.CASCADE, null=True, blank=True, related_name="own_periods")
    months = models.PositiveSmallIntegerField(_("months"), validators=[MinValueValidator(1), MaxValueValidator(120)])
    discount_percent = models.DecimalField(
        _("discount, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("99.99"))],
    )
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering = ["months"]
        constraints = [
            models.UniqueConstraint(fields=["months", "software"], name="period_months_once"),
            models.UniqueConstraint(
                fields=["months"], condition=models.Q(software=None), name="period_months_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return months_label(self.months)


class PlanTerm(models.Model):
    """A plan for a period: what is put in the cart. 1:1 with the Oscar child product that carries its price.

    Written by ``pricing`` alone, one for each number of months a plan was ever sold for; a withdrawn one stays,
    inactive, because orders and licenses point to it. ``list_amount`` is the undiscounted price,
    ``amount`` what is charged (equal to the child's stock record), both major units of ``currency``.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="terms")
    period = models.ForeignKey(Period, on_delete=models.SET_NULL, null=True, related_name="terms")
    product = models.OneToOneField("catalogue.Product", on_delete=models.PROTECT, related_name="plan_term")
    months = models.PositiveSmallIntegerField()
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    list_amount = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["plan__position", "months"]
        constraints = [models.UniqueConstraint(fields=["plan", "months"], name="plan_term_once")]

    def __str__(self) -> str:
        return f"{self.plan} / {self.months}"

    @property
    def saving(self) -> Decimal:
        """What the period saves against paying by the month, major units."""
        return self.list_amount - self.amount
