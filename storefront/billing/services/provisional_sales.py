"""Sales without tax for VAT ids that VIES had not confirmed: asked about again until it is known, or given up.

An id that turns out to be invalid, or that nobody confirms for thirty days, is a matter for staff, with the tax owed:
no sale stays free of tax because a register was away.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing.errors import TaxRateMissing
from storefront.billing.models import Invoice, ProvisionalSale, VatCheck
from storefront.billing.services import reviews, taxation, vat_checks
from storefront.billing.states import InvoiceStatus
from storefront.billing.tax import TaxDecision, TaxFacts, VatAnswer, VatOutcome
from storefront.core import clock, money, queue, states
from storefront.core.sentences import Sentence

#: Kinds of the review list.
INVALID, UNCONFIRMED = "vat_id_invalid", "vat_id_unconfirmed"
LEASE = timedelta(minutes=2)
FIRST_GAP, LONGEST_GAP = timedelta(minutes=15), timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=30)
_INVALID = _("The VAT ID %(vat_id)s of %(invoice)s is not valid, which was known only after the sale without tax.")
_UNCONFIRMED = _("Nobody confirmed the VAT ID %(vat_id)s of %(invoice)s within thirty days; it was sold without tax.")


def open_for(invoice: Invoice) -> None:
    """Note a provisional sale, in the transaction that issues its invoice."""
    if TaxFacts.from_json(invoice.tax_facts).is_provisional:
        ProvisionalSale.objects.create(invoice=invoice, next_check_at=invoice.issued_at + FIRST_GAP)


def follow() -> int:
    """Ask about every sale that is due. Safe to run in many workers at once; returns how many were asked about."""
    sales = ProvisionalSale.objects.select_related("invoice")
    return queue.drain(lambda: queue.claim_next(sales, field="next_check_at", lease=LEASE), _follow)


def _follow(sale: ProvisionalSale) -> int:
    invoice = sale.invoice
    if invoice.status == InvoiceStatus.VOID:
        _close(sale, VatOutcome.NO_ANSWER, None)
        return 1
    vat_id = TaxFacts.from_json(invoice.tax_facts).vat_id
    check = vat_checks.check(vat_id)
    outcome = VatOutcome(check.outcome)
    if outcome is not VatOutcome.NO_ANSWER:
        _close(sale, outcome, check)
    elif clock.now() - sale.created_at > GIVEN_UP_AFTER:
        _close(sale, outcome, check, is_told=True)
    else:
        gap = min(FIRST_GAP * 2 ** min(sale.tries, 10), LONGEST_GAP)
        queue.put_back(sale, field="next_check_at", at=clock.now() + gap, tries=sale.tries + 1)
    return 1


def _close(sale: ProvisionalSale, outcome: VatOutcome, check: VatCheck | None, *, is_told: bool = False) -> None:
    """Note what is known in the end, once, and tell staff if tax is owed."""
    with transaction.atomic():
        locked = states.lock(sale)
        if locked.outcome:
            return
        locked.outcome, locked.next_check_at, locked.check_made = outcome.value, None, check
        locked.save(update_fields=["outcome", "next_check_at", "check_made"])
        if outcome is VatOutcome.INVALID or is_told:
            _tell(sale.invoice, INVALID if outcome is VatOutcome.INVALID else UNCONFIRMED)


def _tell(invoice: Invoice, kind: str) -> None:
    facts = TaxFacts.from_json(invoice.tax_facts)
    told: dict[str, object] = {"vat_id": facts.vat_id, "invoice": invoice.number}
    text = _INVALID if kind == INVALID else _UNCONFIRMED
    sentences = [Sentence(text, told), _owed(invoice)]
    reviews.file(key=f"{kind}:{invoice.public_id}", kind=kind, detail=sentences, invoice=invoice)


def _owed(invoice: Invoice) -> Sentence:
    """What the buyer owes as a consumer, as far as the table of rates tells."""
    try:
        decision = as_consumer(invoice)
    except TaxRateMissing as exc:
        return Sentence(_("The table of tax rates has none of that day for %(place)s."), {"place": exc.place})
    values = {
        "country": decision.facts.country,
        "rate": f"{decision.rate.normalize():f}",
        "net": invoice.net,
        "owed": money.quantize(invoice.net * decision.rate / 100, invoice.currency),
        "currency": invoice.currency,
    }
    text = _("As a consumer in %(country)s the buyer owes %(rate)s %% on %(net)s: %(owed)s %(currency)s.")
    return Sentence(text, values)


def as_consumer(invoice: Invoice) -> TaxDecision:
    """What would have been decided on the day of the invoice, had the id been known to be invalid. Raises
    TaxRateMissing."""
    return taxation.decide_for(
        payer=invoice.payer,
        at=invoice.issued_at,
        published=invoice.net,
        currency=invoice.currency,
        vat_answer=VatAnswer(outcome=VatOutcome.INVALID),
    )
