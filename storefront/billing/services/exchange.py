"""Amounts in another currency, at a rate that was published: for tax and accounts alone, never for what is paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal

from django.db.models import Q, QuerySet

from storefront.billing.models import ExchangeRate, RateSource
from storefront.billing.models.exchange_rates import DAYS_IN_FORCE
from storefront.core import money

EURO = "EUR"
#: So many digits of a rate that was turned round that turned back it is the published one, as few as it may have.
_EXACT = Context(prec=20)


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of ``currency`` is ``factor`` of ``quote``, published for the day ``on`` by ``source``."""

    currency: str
    quote: str
    factor: Decimal
    on: date
    source: str

    def converted(self, amount: Decimal) -> Decimal:
        """``amount`` of ``currency`` in ``quote``, rounded to its minor unit."""
        return money.quantize(amount * self.factor, self.quote)


def rate_on(currency: str, quote: str, day: date) -> Rate | None:
    """The latest rate that is good on ``day``: as published, turned round, or of both currencies to the euro
    (Directive 2006/112/EC, Article 91(2)). None where it is not known."""
    if found := _published(currency, quote, day):
        return found
    begin, end = _published(currency, EURO, day), _published(EURO, quote, day)
    if begin is None or end is None:
        return None
    return Rate(currency, quote, _EXACT.multiply(begin.factor, end.factor), min(begin.on, end.on), end.source)


def last_to_euro(currency: str, day: date) -> Rate | None:
    """The last rate to the euro until ``day``, however old: for what must be counted on every day. None without any."""
    row = _between(currency, EURO).filter(valid_from__lte=day).order_by("-valid_from", "-pk").first()
    return _read(row, currency) if row else None


def rate_of_period(currency: str, last: date) -> Rate | None:
    """To the euro for a period of OSS that ends on ``last``: the ECB's rate of that day or, if it published none, of
    the next day on which it did (Directive 2006/112/EC, Article 369h)."""
    until = last + timedelta(days=DAYS_IN_FORCE)
    rows = _between(currency, EURO).filter(source=RateSource.ECB, valid_from__gte=last, valid_from__lte=until)
    row = rows.order_by("valid_from").first()
    return _read(row, currency) if row else None


def _published(currency: str, quote: str, day: date) -> Rate | None:
    rows = _between(currency, quote).filter(valid_from__lte=day).order_by("-valid_from", "-pk")
    fresh = Q(valid_to=None, valid_from__gte=day - timedelta(days=DAYS_IN_FORCE)) | Q(valid_to__gte=day)
    row = rows.filter(fresh).first()
    return _read(row, currency) if row else None


def _between(one: str, other: str) -> QuerySet[ExchangeRate]:
    return ExchangeRate.objects.filter(Q(currency=one, quote=other) | Q(currency=other, quote=one))


def _read(row: ExchangeRate, currency: str) -> Rate:
    if row.currency == currency:
        return Rate(currency, row.quote, row.rate, row.valid_from, row.source)
    return Rate(currency, row.currency, _EXACT.divide(Decimal(1), row.rate), row.valid_from, row.source)
