"""Amounts that a customer may want to add: what is unpaid, and what their licenses cost that end soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from catalogue.plans.models import PlanPrice
from storefront.account import rows
from storefront.billing import queries as billing
from storefront.billing.personal_account import balances
from storefront.billing.services import part_payments
from storefront.billing.states import InvoiceKind
from storefront.core import clock, currencies
from storefront.licensing import queries as licensing
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.users.models import User

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``amount``: major units of ``currency``, less what can be spent already."""

    label: str
    amount: Decimal
    currency: str


def of(customer: User) -> list[Suggestion]:
    """None for what the account covers already."""
    found = []
    wishes = {_("Unpaid invoices"): _unpaid(customer), _("Licenses that end within 30 days"): _ending(customer)}
    for label, sums in wishes.items():
        for currency in currencies.sold():
            if currency not in sums:
                continue
            missing = sums[currency] - balances.spendable(customer, currency)
            if missing > 0:
                found.append(Suggestion(label, missing, currency))
    return found


def _unpaid(customer: User) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in billing.unpaid_of(customer).exclude(kind=InvoiceKind.ADVANCE_PAYMENT):
        sums[invoice.currency] += part_payments.due(invoice)
    return sums


def _ending(customer: User) -> dict[str, Decimal]:
    """Another period of each, as long as the last one that was paid for, at today's price in its currency."""
    now = clock.now()
    ending = (
        licensing.licenses_of(customer)
        .filter(status=LicenseStatus.ACTIVE, valid_until__gt=now, valid_until__lte=now + rows.SOON)
        .prefetch_related("periods")
    )
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for amount, currency in _prices(list(ending)):
        sums[currency] += amount
    return sums


def _prices(licenses: list[License]) -> Iterator[tuple[Decimal, str]]:
    last = {}
    for license in licenses:
        bought = [period for period in license.periods.all() if period.amount and period.currency]
        if bought:
            newest = max(bought, key=lambda period: period.ends_at)
            last[license.pk] = (license.plan_id, newest.months, newest.currency)
    prices = {
        (price.plan_id, price.months, price.currency): price.amount
        for price in PlanPrice.objects.filter(plan__in=[key[0] for key in last.values()], is_active=True)
    }
    for key in last.values():
        if key in prices:
            yield prices[key], key[2]
