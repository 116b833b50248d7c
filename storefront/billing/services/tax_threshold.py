"""Sales to consumers in other member states, up to which a seller in one of them may charge its own tax.

10 000 euro, without VAT, in neither the current nor the previous calendar year; from the sale that passes it on the
buyer's country is the place of supply: Directive 2006/112/EC, Article 59c
(https://eur-lex.europa.eu/eli/dir/2006/112/2025-04-14). Counted are paid invoices, each at what was invoiced.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from storefront.billing.models import Invoice
from storefront.billing.services import exchange
from storefront.billing.states import InvoiceStatus
from storefront.billing.tax import Buyer, SellerTax, TaxReason, TaxRegime
from storefront.billing.tax.territories import EU, area_of
from storefront.core import currencies
from storefront.core.instants import beginning_of_year, day_of
from storefront.core.money import MoneySum

_EURO = Decimal(10_000)
#: The sum in each currency of a member state, as these have enacted it: at the rate of the European Central Bank of 5
#: December 2017, as Article 59c(1)(c) says. Bulgaria's, of its sales before the euro, at its fixed rate.
_ENACTED = {
    "EUR": _EURO,
    "BGN": Decimal(19_558),
    "CZK": Decimal(256_530),
    "DKK": Decimal(74_415),
    "HUF": Decimal(3_100_000),
    "PLN": Decimal(42_000),
    "RON": Decimal(46_337),
    "SEK": Decimal(99_680),
}
#: Why a buyer elsewhere in the EU was charged tax: as a consumer, or a company that counts as one.
_AS_CONSUMERS = (
    TaxReason.CONSUMER_BELOW_THRESHOLD,
    TaxReason.CONSUMER_ABOVE_THRESHOLD,
    TaxReason.CONSUMER_OSS,
    TaxReason.VAT_ID_MISSING,
    TaxReason.VAT_ID_INVALID,
    TaxReason.VAT_ID_UNVERIFIED,
    TaxReason.VAT_ID_OF_OTHER_COUNTRY,
)
_NOTHING = Decimal(0)


def limit_in(currency: str, day: date) -> Decimal | None:
    """The sum in a currency; one of no member state is converted at the last rate until that day, however old: what
    was counted once is counted on. None where there never was one: such sales cannot be counted."""
    if currency in _ENACTED:
        return _ENACTED[currency]
    rate = exchange.last_to_euro(currency, day)
    return _EURO / rate.factor if rate else None


def uncounted(day: date) -> list[str]:
    """Currencies that the shop sells in and that never had a rate to the euro."""
    return [code for code in currencies.sold() if limit_in(code, day) is None]


def matters(seller: SellerTax, buyer: Buyer) -> bool:
    """Whether the answer depends on the threshold, were the buyer a consumer."""
    if seller.regime != TaxRegime.VAT or seller.uses_oss or seller.country not in EU:
        return False
    area = area_of(buyer.country, buyer.postcode)
    return area.is_eu and area.country != seller.country


def is_passed(*, at: datetime, net: Decimal, currency: str) -> bool:
    """Whether a sale of ``net`` (without tax, to such a buyer) at ``at`` passes the threshold, or follows one that did.
    One query, by the index of reasons: sales at home and to businesses are not read, however many. Rates of currencies
    of no member state are further ones."""
    this_year = beginning_of_year(at)
    paid = Invoice.objects.filter(
        status=InvoiceStatus.PAID, paid_at__gte=beginning_of_year(at, years_before=1), tax_reason__in=_AS_CONSUMERS
    )
    sums = (
        paid.order_by()
        .values_list("currency")
        .annotate(
            last_year=MoneySum("net", filter=Q(paid_at__lt=this_year)),
            this_year=MoneySum("net", filter=Q(paid_at__gte=this_year)),
        )
    )
    before, now = _NOTHING, _NOTHING
    for code, last, this in [*sums, *([(currency, _NOTHING, net)] if net else [])]:
        limit = limit_in(code, day_of(at))
        if limit is not None:
            before += (last or _NOTHING) / limit
            now += (this or _NOTHING) / limit
    return before > 1 or now > 1
