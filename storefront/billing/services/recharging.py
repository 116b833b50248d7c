"""What the lines of an invoice cost another payer: the same at published prices, with the tax that they bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.services import location_evidence, taxation
from storefront.billing.services.invoices import NewLine
from storefront.billing.states import InvoiceKind
from storefront.billing.tax import TaxDecision, TaxFacts
from storefront.core import clock, money
from storefront.core.money import TaxedAmount

_NOTHING = Decimal(0)


def for_payer(*, invoice: Invoice, payer: Mapping[str, str], sold_by: str = "") -> tuple[TaxDecision, list[NewLine]]:
    """The tax that ``payer`` (as on the invoice) bears now, and the lines as they would be invoiced to them.

    What was agreed on is read from the first of the invoices that took each other's place, so that there and back is
    the same to the cent. Where that one charged no tax and prices hold it, its prices are worked out from what is
    without tax, to within the smallest unit. ``sold_by``: the provider that sells in its own name. Asks nobody. Raises
    TaxRateMissing.
    """
    first = _first(invoice)
    agreed = _Agreed.on(first)
    lines = list(first.lines.all())
    published = agreed.published([_taxed(line) for line in lines])
    decision = _decision(invoice, payer, sold_by, sum(published, _NOTHING)).at_prices_with(agreed.included)
    present = list(invoice.lines.all())
    if invoice.tax_treatment == decision.treatment and all(line.tax_rate == decision.rate for line in present):
        return decision, [_as_it_is(line) for line in present]
    charged = decision.charge(published, invoice.currency)
    return decision, [_anew(line, amount, agreed, decision) for line, amount in zip(lines, charged, strict=True)]


def _decision(invoice: Invoice, payer: Mapping[str, str], sold_by: str, published: Decimal) -> TaxDecision:
    if sold_by:
        return taxation.decide_for_provider(payer=payer, sold_by=sold_by)
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        return taxation.decide_for_advance(payer=payer)
    return taxation.decide_for(
        payer=payer,
        at=clock.now(),
        published=published,
        currency=invoice.currency,
        evidence=location_evidence.carried_over(invoice),
    )


@dataclass(frozen=True, slots=True)
class _Agreed:
    """How an invoice's amounts were made of published prices; ``included`` is TaxDecision's ``included_rate``."""

    included: Decimal | None
    currency: str

    @classmethod
    def on(cls, invoice: Invoice) -> _Agreed:
        """What is paid in advance is an amount of money, whatever the tax in it."""
        is_advance = invoice.kind == InvoiceKind.ADVANCE_PAYMENT
        included = _NOTHING if is_advance else TaxFacts.from_json(invoice.tax_facts).included_rate
        return cls(included, invoice.currency)

    def published(self, charged: Sequence[TaxedAmount]) -> list[Decimal]:
        """The opposite of ``TaxDecision.charge``."""
        if self.included is None:
            return [each.net for each in charged]
        if not self.included or any(each.rate for each in charged):
            return [each.gross for each in charged]
        return [each.gross for each in money.add_tax([each.net for each in charged], self.included, self.currency)]

    def recharged(self, charged: TaxedAmount, decision: TaxDecision) -> TaxedAmount:
        (amount,) = decision.charge(self.published([charged]), self.currency)
        return amount


def _first(invoice: Invoice) -> Invoice:
    while invoice.replaces is not None:
        invoice = invoice.replaces
    return invoice


def _taxed(line: InvoiceLine) -> TaxedAmount:
    return TaxedAmount(line.net, line.tax, line.tax_rate)


def _as_it_is(line: InvoiceLine) -> NewLine:
    return NewLine(
        description=line.description,
        amount=line.amount,
        list_amount=line.list_amount,
        quantity=line.quantity,
        order_line=line.order_line,
        license_terms=line.license_terms,
        taxed=_taxed(line),
    )


def _anew(line: InvoiceLine, amount: TaxedAmount, agreed: _Agreed, decision: TaxDecision) -> NewLine:
    """The saving and the prices by which unused time is valued are those that this payer pays, too."""
    (saving,) = money.split_tax([max(line.list_amount - line.amount, _NOTHING)], line.tax_rate, agreed.currency)
    terms = line.license_terms
    if terms is not None:
        prices = {
            months: agreed.recharged(money.add_tax([price], line.tax_rate, agreed.currency)[0], decision).net
            for months, price in terms.prices.items()
        }
        terms = replace(terms, prices=prices)
    return replace(
        _as_it_is(line),
        amount=amount.gross,
        list_amount=amount.gross + agreed.recharged(saving, decision).gross,
        license_terms=terms,
        taxed=amount,
    )
