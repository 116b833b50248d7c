"""Until when a consumer may withdraw from what they bought, and of which lines.

Directive 2011/83/EU, Articles 9 and 11a (https://eur-lex.europa.eu/eli/dir/2011/83/2026-06-19): 14 days from the
contract, for consumers in the EU. Not for digital content whose supply has begun, with the buyer's express consent and
their acknowledgement that the right ends with it (Article 16 (m)). A last day on a weekend moves to the next Monday
(Regulation 1182/71, Article 3 (4)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storefront.billing import consumers
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import early_starts, refund_requests
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import clock
from storefront.core.instants import day_of, end_of_day
from storefront.licensing.models import LicensePeriod

DAYS = 14
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """``until`` it may be sent (UTC). ``lines``: keys of the invoice lines it may be about; ``excepted``: those whose
    time has begun as the buyer wanted, so that the right has ended."""

    until: datetime
    lines: tuple[int, ...]
    excepted: tuple[int, ...]

    @property
    def is_possible(self) -> bool:
        return bool(self.lines) and clock.now() < self.until


def of(invoice: Invoice) -> Withdrawal | None:
    """None where the law gives no such right: a company, a buyer outside the EU, nothing paid."""
    if invoice.paid_at is None or invoice.status != InvoiceStatus.PAID or invoice.amount <= 0:
        return None
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT or not is_consumer_in_eu(invoice):
        return None
    begun = _begun_lines(invoice) if early_starts.of(invoice) else set()
    asked = refund_requests.askable(invoice, is_withdrawal=True)
    lines = tuple(line for line in asked if line not in begun)
    return Withdrawal(last_moment(invoice.paid_at), lines, tuple(line for line in asked if line in begun))


def is_consumer_in_eu(invoice: Invoice) -> bool:
    """A buyer who named no country counts as one of the seller's."""
    payer = PayerDetails.from_json(invoice.payer)
    return consumers.is_consumer_in_eu(payer, seller_country=str(invoice.seller.get("country") or ""))


def last_moment(contract_at: datetime) -> datetime:
    """The end of the last of the 14 days, which begin with the day after the contract."""
    last = day_of(contract_at) + timedelta(days=DAYS)
    more = 7 - last.weekday() if last.weekday() >= _SATURDAY else 0
    return end_of_day(contract_at, days=DAYS + more)


def _begun_lines(invoice: Invoice) -> set[int]:
    periods = LicensePeriod.objects.filter(invoice_line__invoice=invoice, revoked_at=None, begun_at__lte=clock.now())
    return set(periods.values_list("invoice_line", flat=True))
