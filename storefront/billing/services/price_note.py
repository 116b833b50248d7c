"""One sentence about the tax in published prices, as public pages say it to everybody."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from storefront.billing.models import Seller, TaxRate
from storefront.billing.services import taxation
from storefront.billing.tax import TaxName, TaxRegime
from storefront.billing.tax.summary import name_within
from storefront.core import clock, percentages
from storefront.core.instants import day_of


def price_note(seller: Seller | None) -> str:
    """In the active language; at most one query."""
    if seller is None or seller.tax_regime in (TaxRegime.NONE, TaxRegime.EXEMPT):
        return _("No VAT is charged: you pay the price shown")
    settings = taxation.settings_of(seller)
    row = taxation.home_rate(settings, clock.now())
    name = row.name if row else TaxName.VAT.value
    if not settings.prices_include_tax or row is None:
        label = str(TaxName(name).label)
        return _("Prices are without tax. %(tax)s is added where it applies, before you order") % {"tax": label}
    return _("Prices include %(tax)s") % {"tax": f"{name_within(name)} {percentages.display(row.rate)}"}


def next_moment(now: datetime) -> datetime | None:
    """When a tax rate begins or ends next after ``now`` (UTC), and the sentence may change with it."""
    today = day_of(now)
    begins = TaxRate.objects.filter(valid_from__gt=today).aggregate(first=Min("valid_from"))["first"]
    last_day = TaxRate.objects.filter(valid_to__gte=today).aggregate(first=Min("valid_to"))["first"]
    days = [day for day in (begins, last_day and last_day + timedelta(days=1)) if day]
    return datetime.combine(min(days), time.min, timezone.get_default_timezone()) if days else None
