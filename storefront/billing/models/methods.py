"""The payment methods of the shop, as the seller has set them up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, countries
from storefront.core.texts import Translated

#: ``sort_order`` of a method that nobody has put anywhere yet: after all others.
UNPLACED = 1000


def country_codes(text: str) -> None:
    """Validator: ISO 3166-1 codes with blanks between."""
    unknown = [code for code in text.split() if code not in countries.codes()]
    if unknown:
        raise ValidationError(
            _("%(codes)s: no code of a country, such as DE."), "no_country", {"codes": ", ".join(unknown)}
        )


class Drawing(models.TextChoices):
    """The sign beside a method, drawn by us."""

    CARD = "card", _("Card")
    WALLET = "wallet", _("Wallet")
    BANK = "bank", _("Bank")


class PaymentMethod(Translated):
    """A method of settings.PAYMENT_GATEWAYS or PAYMENT_METHODS_BY_HAND; without a row it has the defaults.

    Keys and addresses stay in the settings. ``countries`` and ``currencies`` are codes with blanks between, "" for all;
    ``smallest`` and ``largest`` are amounts in major units by currency, as text: {"EUR": "5.00"}. The long texts stand
    on the public page of payment methods, "" for the shop's own words. ``reason``, ``changed_by`` and ``changed_at``
    are those of the last time staff stopped or resumed it.
    """

    TRANSLATED = ("title", "help_text", "how", "duration", "data_use", "license_text", "refund_text")

    name = models.CharField(_("name"), max_length=30, unique=True)
    sort_order = models.PositiveSmallIntegerField(default=UNPLACED, editable=False)
    title = models.CharField(_("title"), max_length=60, blank=True)
    help_text = models.CharField(_("line of help"), max_length=160, blank=True)
    marks = models.CharField(_("marks"), max_length=120, blank=True)
    drawing = models.CharField(_("drawing"), max_length=10, choices=Drawing, blank=True)
    for_persons = models.BooleanField(_("for persons"), default=True)
    for_companies = models.BooleanField(_("for companies"), default=True)
    countries = models.CharField(_("payers from"), max_length=500, blank=True, validators=[country_codes])
    currencies = models.CharField(_("currencies"), max_length=120, blank=True)
    smallest = models.JSONField(default=dict, blank=True, editable=False)
    largest = models.JSONField(default=dict, blank=True, editable=False)
    for_orders = models.BooleanField(_("for orders"), default=True)
    for_top_ups = models.BooleanField(_("for top-ups"), default=True)
    for_renewals = models.BooleanField(_("for renewals"), default=True)
    how = models.TextField(_("how it works"), max_length=1000, blank=True)
    duration = models.TextField(_("how long it takes"), max_length=500, blank=True)
    data_use = models.TextField(_("what data goes to whom"), max_length=1000, blank=True)
    license_text = models.TextField(_("how to get the license"), max_length=1000, blank=True)
    refund_text = models.TextField(_("how to ask for a refund"), max_length=1000, blank=True)
    is_stopped = models.BooleanField(_("not offered"), default=False)
    reason = models.CharField(max_length=1000, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["sort_order", "name"]
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        default_permissions = ("view", "change")
        permissions = [("switch_paymentmethod", _("Can stop and resume payment methods"))]

    def __str__(self) -> str:
        return self.name

    @property
    def mark_words(self) -> tuple[str, ...]:
        return tuple(mark.strip() for mark in self.marks.split(",") if mark.strip())

    def takes_currency(self, currency: str) -> bool:
        return not self.currencies or currency in self.currencies.split()

    def takes_country(self, country: str) -> bool:
        """Whether payers from ``country`` may use it; one whose country nobody asked for ("") may."""
        return not self.countries or not country or country in self.countries.split()

    def smallest_amounts(self, among: Iterable[str]) -> dict[str, Decimal]:
        """By currency, of those ``among`` that have one; major units."""
        return {code: Decimal(self.smallest[code]) for code in among if code in self.smallest}

    def largest_amounts(self, among: Iterable[str]) -> dict[str, Decimal]:
        return {code: Decimal(self.largest[code]) for code in among if code in self.largest}
