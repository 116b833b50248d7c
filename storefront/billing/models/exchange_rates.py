"""What one currency is in another, as somebody has published it: typed by staff, never fetched or guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from storefront.core import currencies

#: How long a rate without an end is good for, if no other follows: over the longest row of days without one.
DAYS_IN_FORCE = 7


class RateSource(models.TextChoices):
    ECB = "ecb", _("European Central Bank")
    CENTRAL_BANK = "central_bank", _("Central bank")
    TAX_AUTHORITY = "tax_authority", _("Tax authority")


class ExchangeRate(models.Model):
    """One ``currency`` is ``rate`` of ``quote``, published for ``valid_from`` and good until ``valid_to``; None: until
    the next one, for a week at most. The ECB gives the rates of one euro:
    https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
    """

    currency = models.CharField(_("one unit of"), max_length=3, validators=[currencies.valid])
    quote = models.CharField(_("is so much in"), max_length=3, validators=[currencies.valid])
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8, validators=[MinValueValidator(Decimal("0.00000001"))]
    )
    source = models.CharField(_("published by"), max_length=20, choices=RateSource, default=RateSource.ECB)
    valid_from = models.DateField(_("day"))
    valid_to = models.DateField(_("good until"), null=True, blank=True)

    class Meta:
        ordering = ["-valid_from", "currency", "quote"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["currency", "quote", "source", "valid_from"], name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_above_zero"),
            models.CheckConstraint(condition=~Q(currency=F("quote")), name="exchange_rate_of_two"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.quote}, {self.valid_from}"

    @property
    def last_day(self) -> date:
        """The last one it may be used for."""
        return self.valid_to or self.valid_from + timedelta(days=DAYS_IN_FORCE)

    def clean(self) -> None:
        super().clean()
        if self.currency and self.currency == self.quote:
            raise ValidationError({"quote": _("Choose another currency.")})
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("This is before the first day.")})
