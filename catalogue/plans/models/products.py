"""What is sold: a software product and its license types."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from catalogue.plans.models.agreements import Agreement
from storefront.core.money import MoneyField
from storefront.core.texts import Translated


class BindingKind(models.TextChoices):
    """What a license of the product is tied to."""

    NONE = "none", _("Nothing")
    PORTAL = "portal", _("A Bitrix24 portal")
    IP = "ip", _("A public IP address")
    INSTANCE = "instance", _("An installation, by license key")


class SoftwareProduct(Translated, ClusterableModel):  # type: ignore[django-manager-missing]
    """What the shop adds to an Oscar parent product.

    Written only by ``publishing``, in the transaction that changes prices: ``published_prices``, all that is on sale as
    JSON (see the module of that name), and ``lowest_monthly_amount``, the lowest price per month among them in major
    units of ``currency``, None when nothing is on sale; ``lowest_in_others`` the same as text by the code of each other
    currency that something is on sale in.
    """

    TRANSLATED = ("title", "tagline", "conditions")

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
    starts_at_payment = models.BooleanField(
        _("time begins with the payment"),
        default=False,
        help_text=_(
            "By default a paid period begins when the license is linked to its Bitrix24, at the latest some weeks "
            "after the payment. Tick this to let it begin at the payment."
        ),
    )
    market_url = models.URLField(_("page of the application in the Bitrix24 Market"), blank=True)
    conditions = models.TextField(_("what the buyer's Bitrix24 needs"), blank=True)
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("agreement"), on_delete=models.PROTECT, null=True, blank=True, related_name="products"
    )
    published_prices = models.TextField(default="[]", editable=False)
    lowest_monthly_amount = MoneyField(null=True, editable=False)
    lowest_in_others = models.JSONField(default=dict, editable=False)
    currency = models.CharField(max_length=3, blank=True, editable=False)

    class Meta:
        verbose_name = _("software product")
        verbose_name_plural = _("software products")

    def __str__(self) -> str:
        return self.title_text()

    @property
    def title(self) -> str:
        """In the default language, where Oscar keeps it."""
        return self.product.title

    def lowest_in(self, currency: str) -> Decimal | None:
        """The lowest price per month, major units; None when nothing is on sale in ``currency``."""
        if currency == self.currency:
            return self.lowest_monthly_amount
        lowest = self.lowest_in_others.get(currency)
        return Decimal(lowest) if lowest else None

    def title_text(self, language: str | None = None) -> str:
        """The product's name in ``language``, by default the active one."""
        return self.text("title", language)


class Plan(Translated):
    """A license type of a product, priced by the month.

    ``monthly_price`` is in major units of SHOP_CURRENCY; ``other_prices`` has those in other currencies as text by
    code, typed and never converted. It is not sold in a currency that is missing there. A currency that the shop has
    stopped to sell in keeps its price.
    """

    TRANSLATED = ("name", "summary", "features")
    #: Wagtail's forms write the order of dragging here.
    sort_order_field = "position"

    software = ParentalKey(SoftwareProduct, on_delete=models.CASCADE, related_name="plans")
    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=100)
    summary = models.CharField(_("for whom"), max_length=200, blank=True)
    features = models.TextField(_("features"), blank=True, help_text=_("One per line."))
    monthly_price = MoneyField(_("price per month"), validators=[MinValueValidator(Decimal("0.01"))])
    other_prices = models.JSONField(_("price per month in other currencies"), default=dict, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("on sale"), default=True)
    is_recommended = models.BooleanField(
        _("recommended"),
        default=False,
        help_text=_("Shown to buyers: the license type that suits most of them. One at most."),
    )

    class Meta:
        verbose_name = _("license type")
        verbose_name_plural = _("license types")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["software", "code"], name="plan_code_once")]

    def __str__(self) -> str:
        return self.text("name")

    def price_in(self, currency: str) -> Decimal | None:
        """The price per month in major units of ``currency``; None where it is not sold in it."""
        if currency == settings.SHOP_CURRENCY:
            return self.monthly_price
        typed = self.other_prices.get(currency)
        return Decimal(typed) if typed else None
