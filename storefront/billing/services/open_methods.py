"""Which payment methods one invoice can be paid by. The pay page and the start of a charge both ask here.

A method is open to an invoice if it is offered, the seller's row and the provider both take payer, purpose, currency
and amount, and the provider has not refused this very invoice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext

from storefront.billing import breaker, gateway_registry, methods_by_hand
from storefront.billing.models import Drawing, Invoice, Payment, PaymentMethod, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import merchants_of_record, part_payments, payment_methods, reviews
from storefront.billing.states import InvoiceKind
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.limits import Limits

#: So many of the last payments say which method is the most used one.
LAST_PAYMENTS = 200


class Rule(StrEnum):
    """Which rule of the seller's keeps an invoice from a method."""

    PAYER_KIND = "payer_kind"  # persons, or companies
    COUNTRY = "country"
    PURPOSE = "purpose"  # order, top-up, renewal


@dataclass(frozen=True, slots=True)
class OpenMethod:
    """A choice on the pay page, in the active language. ``drawing`` is one of ``Drawing``; ``is_away``: its provider
    does not answer just now; ``is_by_hand``: the buyer is told how to pay instead of being led to a provider."""

    name: str
    title: str
    help_text: str
    marks: Sequence[str]
    drawing: str
    is_away: bool = False
    is_by_hand: bool = False


def open_to(invoice: Invoice) -> list[OpenMethod]:
    """In the seller's order. The number of queries does not depend on that of the methods."""
    if not is_direct(invoice):
        return []
    refused, due = reviews.refused_by(invoice), part_payments.due(invoice)
    return [
        shown(row)
        for row in payment_methods.rows()
        if not row.is_stopped and not _is_refused(row.name, refused) and _problem(row, invoice, due) is None
    ]


def problem(invoice: Invoice, row: PaymentMethod) -> str | None:
    """A word for what keeps the invoice from a method: a ``Rule``, a ``LimitCode``, or "setup"; None if nothing does.
    Whether staff have stopped it is not looked at."""
    if not is_direct(invoice):
        return Rule.PURPOSE
    return _problem(row, invoice, part_payments.due(invoice))


def is_direct(invoice: Invoice) -> bool:
    """Whether the seller lets it be paid by itself, not only from the personal account. One query."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT or invoice.sold_by:
        return True
    return not Seller.objects.filter(is_default=True, takes_direct_payments=False).exists()


def shown(row: PaymentMethod) -> OpenMethod:
    """A method as buyers read of it, open or not."""
    is_by_hand = row.name in methods_by_hand.names()
    return OpenMethod(
        name=row.name,
        title=row.text("title") or _own_title(row.name, is_by_hand),
        help_text=row.text("help_text") or _own_help(row.name),
        marks=row.mark_words,
        drawing=row.drawing or (Drawing.BANK if is_by_hand else Drawing.CARD),
        is_away=not is_by_hand and breaker.is_away(row.name),
        is_by_hand=is_by_hand,
    )


def first_choice(methods: Iterable[OpenMethod], *, last_tried: str = "") -> str:
    """The name that is chosen beforehand: the one that the buyer tried last, else the one that buyers of the shop have
    used the most lately, else the first. One whose provider is away comes last. One query at most."""
    answering = [each.name for each in methods if not each.is_away]
    if last_tried in answering or len(answering) < 2:
        return last_tried if last_tried in answering else next(iter(answering), "")
    used = Counter(Payment.objects.order_by("-pk").values_list("gateway", flat=True)[:LAST_PAYMENTS])
    return max(answering, key=lambda name: used[name])  # of equals the first


def limits_of(row: PaymentMethod) -> Limits:
    """What a method takes by both the provider's limits and the seller's. Raises ConfigurationError."""
    if row.name in methods_by_hand.names():
        limits = methods_by_hand.get(row.name).limits()
    else:
        limits = gateway_registry.gateway(row.name).limits
    taken = frozenset(filter(row.takes_currency, limits.currencies))
    smallest, largest = dict(limits.smallest), dict(limits.largest)
    for currency, amount in row.smallest_amounts(taken).items():
        smallest[currency] = max(amount, limits.smallest_in(currency))
    for currency, amount in row.largest_amounts(taken).items():
        largest[currency] = min(amount, largest.get(currency, amount))
    return replace(limits, currencies=taken, smallest=smallest, largest=largest)


def _problem(row: PaymentMethod, invoice: Invoice, due: Decimal) -> str | None:
    if rule := _broken_rule(row, invoice):
        return rule
    try:
        if not payment_methods.is_set_up(row.name):
            return "setup"
        found = limits_of(row).problem(due, invoice.currency)
    except ConfigurationError:
        return "setup"
    if found is not None:
        return found.code
    if merchants_of_record.provider_of(row.name) and not merchants_of_record.can_be_sold(invoice):
        return Rule.PURPOSE
    is_by_hand = row.name in methods_by_hand.names()
    return Rule.COUNTRY if is_by_hand and not methods_by_hand.get(row.name).takes(invoice) else None


def _broken_rule(row: PaymentMethod, invoice: Invoice) -> Rule | None:
    payer = PayerDetails.from_json(invoice.payer)
    purposes = {InvoiceKind.ADVANCE_PAYMENT: row.for_top_ups, InvoiceKind.RENEWAL: row.for_renewals}
    if not (row.for_companies if payer.is_company else row.for_persons):
        return Rule.PAYER_KIND
    if not row.takes_country(payer.country):
        return Rule.COUNTRY
    return None if purposes.get(InvoiceKind(invoice.kind), row.for_orders) else Rule.PURPOSE


def _is_refused(name: str, refused: frozenset[str]) -> bool:
    """Matters of earlier releases name no method; they were about a provider."""
    return name in refused or ("" in refused and name not in methods_by_hand.names())


def _own_title(name: str, is_by_hand: bool) -> str:
    return str(methods_by_hand.get(name).verbose_name) if is_by_hand else gettext(gateway_registry.buyer_name(name))


def _own_help(name: str) -> str:
    """What buyers must know of a provider that sells in its own name, where the seller has written nothing."""
    try:
        provider = merchants_of_record.provider_of(name)
    except ConfigurationError:
        return ""
    text = gettext(
        "%(provider)s sells: it adds the tax of your country to the price without tax and issues the invoice."
    )
    return text % {"provider": provider} if provider else ""
