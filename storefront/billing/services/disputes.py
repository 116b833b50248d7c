"""Disputes as the provider tells them: row, ledger, licenses and staff follow. Called under settle's locks alone.

What the provider withdraws lies on an account of its own until the bank has decided. If it is lost, it is booked out of
the sale like a refund; if it is won, it comes back. Everything follows from the provider's latest answer alone, so the
order and number of earlier messages make no difference. Only payments by a provider's page can be disputed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_noop as _

from storefront.billing import disputes as words
from storefront.billing import signals
from storefront.billing.models import Dispute, Invoice, LedgerTransaction, Payment, ReviewItem
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, line_shares, reviews, sales
from storefront.core import clock, money
from storefront.core.money import MoneySum
from storefront.core.sentences import Sentence
from storefront.gateways.payments.disputes import AGAINST_US, UNDECIDED, DisputeSnapshot, DisputeStage

#: What is taken from a dispute's snapshot as it is.
_FACTS = ("stage", "reason", "amount", "currency", "opened_at", "evidence_due_at", "page")
_MONEY = ("withdrawn", "fee", "fee_currency")
DECIDED = frozenset(DisputeStage) - UNDECIDED - {DisputeStage.INQUIRY, DisputeStage.INQUIRY_REVIEW, DisputeStage.APPEAL}


def follow(payment: Payment, found: Sequence[DisputeSnapshot]) -> None:
    """Make our rows say what the provider says about the disputes of a payment that has succeeded."""
    for each in found:
        _follow_one(payment, _as_stored(each))
    lost = payment.disputes.aggregate(sum=MoneySum("lost"))["sum"] or Decimal(0)
    is_disputed = any(each.takes_money for each in found)
    if (payment.amount_lost, payment.is_disputed) == (lost, is_disputed):
        return
    has_changed, was_lost = payment.is_disputed != is_disputed, _is_lost(payment)
    payment.amount_lost, payment.is_disputed = lost, is_disputed
    payment.save(update_fields=["amount_lost", "is_disputed"])
    for sale in sales.sales_of(payment):
        if has_changed and (is_disputed or not _has_other_dispute(sale.invoice, payment)):
            signals.payment_disputed.send(
                sender=Invoice, invoice=sale.invoice, payment=payment, is_disputed=is_disputed
            )
        if _is_lost(payment) and not was_lost:
            _lose(sale, payment)


def _has_other_dispute(invoice: Invoice, payment: Payment) -> bool:
    """Whether another payment of the same invoice is disputed."""
    others = Payment.objects.filter(allocations__entry__transaction__invoice=invoice, is_disputed=True)
    return others.exclude(pk=payment.pk).exists()


def _lose(sale: sales.Sale, payment: Payment) -> None:
    """The payment is gone. An invoice that it paid alone is unpaid now; with others in it, staff decide."""
    invoice, attempt = sale.invoice, payment.attempt
    if sale.sold == invoice.amount:
        signals.payment_lost.send(sender=Invoice, invoice=invoice, payment=payment)
        return
    known = ReviewItem.objects.filter(kind=reviews.PARTLY_LOST, attempt=attempt, invoice=invoice).count()
    reviews.file(
        key=f"{reviews.PARTLY_LOST}:{payment.public_id}:{invoice.pk}:{known + 1}",
        kind=reviews.PARTLY_LOST,
        detail=[
            Sentence(
                _(
                    "The buyer's bank took back %(gateway)s %(reference)s, which had paid %(sold)s of %(amount)s "
                    "%(currency)s of invoice %(invoice)s. Its licenses stay suspended."
                ),
                {
                    "gateway": payment.gateway,
                    "reference": payment.reference,
                    "sold": sale.sold,
                    "amount": invoice.amount,
                    "currency": invoice.currency,
                    "invoice": invoice.number,
                },
            )
        ],
        attempt=attempt,
        invoice=invoice,
    )


def _is_lost(payment: Payment) -> bool:
    return payment.amount_lost > 0 and payment.amount_kept <= 0


def differ(payment: Payment, found: Sequence[DisputeSnapshot]) -> bool:
    """Whether the provider's word is another than ours. The payment is locked."""
    ours = {row.reference: _facts(row) for row in payment.disputes.all()}
    return ours != {each.dispute_reference: _facts(_as_stored(each)) for each in found}


def _as_stored(found: DisputeSnapshot) -> DisputeSnapshot:
    """Fees come in the currency of our balance there, which may have more places than the columns."""
    return replace(found, fee=money.stored(found.fee))


def _facts(dispute: Dispute | DisputeSnapshot) -> tuple[object, ...]:
    return tuple(getattr(dispute, name) for name in (*_FACTS, *_MONEY))


def _follow_one(payment: Payment, found: DisputeSnapshot) -> None:
    row = payment.disputes.filter(reference=found.dispute_reference).first()
    if row is not None and _facts(row) == _facts(found):
        return
    row = row or Dispute(payment=payment, reference=found.dispute_reference)
    row.payment = payment
    is_news = row.pk is None or (row.stage, row.evidence_due_at) != (found.stage, found.evidence_due_at)
    for name in _FACTS:
        setattr(row, name, getattr(found, name))
    row.changed_at = clock.now()
    row.save()
    _book(row, found)
    row.save()
    if is_news:
        _tell(row)


def _book(row: Dispute, found: DisputeSnapshot) -> None:
    """Entries for what has changed: what comes in or goes out at the provider, whose loss it is, and the fee."""
    lost = found.withdrawn if found.stage in AGAINST_US else Decimal(0)
    _hold(row, found.withdrawn - row.withdrawn)
    row.withdrawn = found.withdrawn
    _bear(row, lost - row.lost)
    _charge(row, found)


def _hold(row: Dispute, change: Decimal) -> None:
    """The provider has withdrawn more (> 0), or given something back."""
    if not change:
        return
    payment = row.payment
    provider = ledger.own_account(AccountKind.PROVIDER, payment.gateway, payment.currency)
    disputed = ledger.own_account(AccountKind.DISPUTED, payment.gateway, payment.currency)
    _move(row, "dispute_withdrawn" if change > 0 else "dispute_returned", disputed, provider, change)


def _bear(row: Dispute, change: Decimal) -> None:
    """More of it is lost (> 0): goods are taken back from the sale and the customer's money is gone; or less is."""
    if not change:
        return
    payment, customer = row.payment, row.payment.customer
    personal = ledger.personal_account(customer, payment.currency)
    disputed = ledger.own_account(AccountKind.DISPUTED, payment.gateway, payment.currency)
    if change > 0:
        sales.take_back(payment, change, key=_key(row, "goods"))
    _move(row, "dispute_lost" if change > 0 else "dispute_regained", personal, disputed, change)
    if change < 0:
        taken = LedgerTransaction.objects.filter(key__startswith=_prefix(row, "goods"))
        sales.sell_again(payment, -change, key=_key(row, "goods"), lines=line_shares.taken(taken))
    row.lost += change
    signals.dispute_booked.send(sender=Payment, payment=payment, change=change)


def _charge(row: Dispute, found: DisputeSnapshot) -> None:
    """The provider's fee, in the currency of our balance there."""
    currency = found.fee_currency or row.fee_currency
    if currency and found.fee != row.fee:
        fees = ledger.own_account(AccountKind.FEES, row.payment.gateway, currency)
        provider = ledger.own_account(AccountKind.PROVIDER, row.payment.gateway, currency)
        _move(row, "dispute_fee", fees, provider, found.fee - row.fee)
    row.fee, row.fee_currency = found.fee, found.fee_currency


def _move(row: Dispute, kind: str, source: ledger.LedgerAccount, target: ledger.LedgerAccount, change: Decimal) -> None:
    """From source to target, or the other way round for a change below zero."""
    if change < 0:
        source, target = target, source
    ledger.move(key=_key(row, kind), kind=kind, source=source, target=target, amount=abs(change), payment=row.payment)


def _key(row: Dispute, word: str) -> str:
    """Each step is a movement of its own; what was done before is known under the payment's lock."""
    prefix = _prefix(row, word)
    return f"{prefix}{LedgerTransaction.objects.filter(key__startswith=prefix).count() + 1}"


def _prefix(row: Dispute, word: str) -> str:
    return f"dispute-{row.pk}-{word}-"


def _tell(row: Dispute) -> None:
    """Staff read each stage, and each new day of a deadline, once: by mail and in the review list."""
    kind = reviews.DISPUTE_CLOSED if row.stage in DECIDED else reviews.DISPUTE
    attempt, invoice = row.payment.attempt, row.payment.invoice
    known = ReviewItem.objects.filter(attempt=attempt, kind__in=(reviews.DISPUTE, reviews.DISPUTE_CLOSED)).count()
    with translation.override(settings.LANGUAGE_CODE):
        reviews.file(
            key=f"dispute:{row.payment.public_id}:{known + 1}",
            kind=kind,
            subject=f"{words.stage_label(row)} ({invoice.number})" if invoice else words.stage_label(row),
            detail=words.told(row),
            attempt=attempt,
            invoice=invoice,
        )
