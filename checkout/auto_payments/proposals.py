"""What auto payment would charge as things stand: for its page, for the plan, and right before a charge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from checkout.auto_payments import needs
from storefront.billing.auto_top_ups import caps
from storefront.billing.auto_top_ups.needs import LineNeeded, missing, sum_of
from storefront.billing.models import AutoTopUp, Invoice, PaymentMethod
from storefront.billing.models.auto_top_ups import AutoTopUpCharge, AutoTopUpStatus
from storefront.billing.personal_account import balances, top_ups
from storefront.billing.saved_methods import retry_plan
from storefront.billing.services import open_methods, payment_methods
from storefront.core import time_zones
from storefront.gateways.errors import ConfigurationError

#: So many days of the customer's calendar lie between the notice and its charge.
NOTICE_DAYS = 3
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be charged at ``charge_at`` (UTC). ``needed``: the sum of ``lines``; ``spendable``: what can be spent
    of the account; ``missing``: the difference; ``amount``: what of it is charged, 0 for nothing; ``left``: of the cap
    in that month; ``smallest``: no less is charged. ``is_capped``: the cap keeps the amount below what is missing."""

    lines: list[LineNeeded]
    needed: Decimal
    spendable: Decimal
    missing: Decimal
    amount: Decimal
    left: Decimal
    smallest: Decimal
    charge_at: datetime
    is_capped: bool


def propose(
    top_up: AutoTopUp,
    *,
    now: datetime,
    included: Sequence[Invoice],
    gateway: str,
    charge_at: datetime | None = None,
    settled: frozenset[str] = frozenset(),
) -> Proposal:
    """``top_up`` need not be saved. ``gateway``: the payment method that is charged. ``charge_at``: by default the
    first morning for which a notice of now is in time. ``settled``: keys of lines as in ``needs.missing``. For a
    decision under the customer's lock."""
    customer, currency = top_up.customer, top_up.currency
    lines = needs.lines(customer, currency, included=included, now=now, language=top_up.language)
    spendable = balances.spendable(customer, currency)
    lacks = missing(lines, spendable, settled)
    at = charge_at or first_morning(top_up, now)
    left = caps.left(top_up, at)
    smallest, largest = _limits(gateway, currency)
    most = left if largest is None else min(left, largest)
    amount = min(lacks, most)
    if lacks > _NOTHING and amount < smallest:
        amount = smallest if smallest <= most else _NOTHING
    return Proposal(
        lines=lines,
        needed=sum_of(lines),
        spendable=spendable,
        missing=lacks,
        amount=amount,
        left=left,
        smallest=smallest,
        charge_at=at,
        is_capped=lacks > left or (lacks > _NOTHING and amount == _NOTHING),
    )


def first_morning(top_up: AutoTopUp, noticed_at: datetime) -> datetime:
    """When a charge that is announced now is made, UTC."""
    zone = time_zones.zone(top_up.time_zone)
    return retry_plan.morning(noticed_at.astimezone(zone).date() + timedelta(days=NOTICE_DAYS), zone)


def settled(top_up: AutoTopUp, mandate_id: int) -> frozenset[str]:
    """Lines that are not charged for again under a mandate: the customer skipped them, or their charge was given up."""
    over = top_up.charges.filter(mandate=mandate_id)
    skipped = over.filter(status=AutoTopUpStatus.SKIPPED, reason=AutoTopUpCharge.Reason.CUSTOMER)
    failed = over.filter(status=AutoTopUpStatus.FAILED)
    return frozenset(line["key"] for charge in (*skipped, *failed) for line in charge.lines)


def _limits(gateway: str, currency: str) -> tuple[Decimal, Decimal | None]:
    """The least and the most that may be charged at a time: by the seller's rules for funds, and the method's."""
    own = top_ups.limits_in(currency)
    smallest = own.smallest
    most = [each for each in (own.largest, own.a_day) if each is not None]
    row = next((each for each in payment_methods.rows() if each.name == gateway), PaymentMethod(name=gateway))
    try:
        theirs = open_methods.limits_of(row)
    except (ConfigurationError, LookupError):
        return smallest, min(most, default=None)
    if currency in theirs.largest:
        most.append(theirs.largest[currency])
    return max(smallest, theirs.smallest_in(currency)), min(most, default=None)
