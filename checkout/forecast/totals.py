"""What renewals cost their payers today, for many of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F

from checkout.cart import prices
from checkout.cart.prices import CartPrice
from storefront.billing.models import InvoiceLine, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import taxation
from storefront.billing.tax import SellerTax, TaxDecision
from storefront.core import clock
from storefront.licensing.models import LicensePeriod, Subscription
from storefront.licensing.states import PeriodKind


class Totals:
    """Today's prices with the tax of each payer, as ``checkout.renewals.quotes`` has them of one. The number of queries
    is that of different payers, or, if ``is_rough``, of their countries."""

    def __init__(self, subscriptions: Iterable[Subscription], *, is_rough: bool = False) -> None:
        """``is_rough``: payers of one country and kind are taxed alike, so that a VAT number is not looked up for each
        of many."""
        found = list(subscriptions)
        licenses = {each.license_id: each.license for each in found if each.license}
        rows = LicensePeriod.objects.filter(license__in=licenses, revoked_at=None, kind=PeriodKind.BOUGHT)
        self._plans = {pk: license.plan_id for pk, license in licenses.items()}
        self._plans |= dict(rows.order_by("pk").values_list("license_id", "plan_id"))
        read = prices.read_prices(plan__in=set(self._plans.values()))
        self._prices = {(each.plan_id, each.months, each.currency): each for each in read if each.is_on_sale}
        self._kept: dict[int, list[Payer]] = defaultdict(list)
        for payer in Payer.objects.filter(archived_at=None, customer__in={each.customer_id for each in found}):
            self._kept[payer.customer_id].append(payer)
        lines = InvoiceLine.objects.filter(
            granted__license__in=licenses, invoice__customer=F("granted__license__customer")
        )
        self._last = dict(lines.order_by("pk").values_list("granted__license_id", "invoice__payer"))
        self._seller: SellerTax = taxation.settings()
        self._decisions: dict[tuple[str, ...], TaxDecision] = {}
        self._is_rough = is_rough

    def of(self, subscription: Subscription) -> Decimal | None:
        """What one renewal costs, with tax, major units of its currency; None if its period is not sold any more."""
        plan = self._plans.get(subscription.license_id or 0)
        price = self._prices.get((plan or 0, subscription.months, subscription.currency))
        if price is None:
            return None
        decision = self._decision(self._payer(subscription), price)
        return decision.charge([price.amount], price.currency)[0].gross

    def _payer(self, subscription: Subscription) -> PayerDetails:
        """As the last invoice for the license, with what was corrected since; else the default payer."""
        kept = self._kept[subscription.customer_id]
        last = self._last.get(subscription.license_id or 0)
        if last is None:
            return next((each.details for each in kept if each.is_default), PayerDetails())
        before = PayerDetails.from_json(last)
        same = (each.details for each in kept)
        return next((each for each in same if each.title == before.title and each.country == before.country), before)

    def _decision(self, payer: PayerDetails, price: CartPrice) -> TaxDecision:
        details = (payer.vat_id[:2], "") if self._is_rough else (payer.vat_id, payer.postcode)
        key = (payer.country, payer.kind, *details)
        if key not in self._decisions:
            self._decisions[key] = taxation.decide_for(
                payer=payer.to_json(), at=clock.now(), published=price.amount, currency=price.currency,
                seller=self._seller,
            )  # fmt: skip
        return self._decisions[key]
