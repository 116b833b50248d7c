"""The review list: filing what a person must look at, and asking whether something waits there."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_noop as _

from storefront.billing import refund_failures
from storefront.billing.models import Invoice, Payment, PaymentAttempt, Refund, ReviewItem
from storefront.billing.review_titles import title
from storefront.billing.review_values import SHOWN
from storefront.core import sentences
from storefront.core.sentences import Sentence
from storefront.notifications import mails

logger = logging.getLogger(__name__)

#: The language of notices to staff.
_STAFF_LANGUAGE = "en"

#: Money that does not fit its invoice: no more may be asked for until a person has looked.
MISMATCH = "mismatch"
#: A buyer's bank asks about a payment or takes it back; and one that is decided.
DISPUTE, DISPUTE_CLOSED = "dispute", "dispute_closed"
#: One of the payments of an invoice was lost in a dispute.
PARTLY_LOST = "partly_lost"
#: The payment method refuses the invoice itself; the next try would be refused as well.
CANNOT_CHARGE = "cannot_charge"
#: What stands in matters of earlier releases.
_EARLIER = _(
    "%(gateway)s refuses %(amount)s %(currency)s of %(invoice)s (%(code)s). The customer cannot pay it on the shop's "
    "pages."
)
#: The payment method is not set up as the shop needs it.
SETUP = "setup"
#: The provider holds an attempt that differs from ours, and no money of it yet.
MISMATCH_UNPAID = "mismatch_unpaid"
#: Nobody can see whether a refund of ours was made: its amount is reserved until it is seen or a person decides.
REFUND_UNKNOWN = "refund_unknown"
#: With a transfer that had left our bank, more of a payment went back than was paid.
PAID_BEYOND = "paid_beyond"
#: Mails to an address come back. Nothing is sent there until it is corrected, or somebody says that it works.
MAIL_BOUNCED = "mail_bounced"


def file(
    *,
    key: str,
    kind: str,
    detail: str | Sequence[Sentence],
    attempt: PaymentAttempt | None = None,
    payment: Payment | None = None,
    invoice: Invoice | None = None,
    subject: str = "",
) -> ReviewItem:
    """File an item for staff, once per ``key``, and mail it to them. No secrets in ``detail``: sentences, or words that
    cannot be translated.

    ``subject`` replaces the mail's default subject, the title that the kind has on the money desk. The payment of an
    attempt, and the customer, need not be named.
    """
    kept = [] if isinstance(detail, str) else sentences.kept(detail)
    with translation.override(_STAFF_LANGUAGE):
        text = detail if isinstance(detail, str) else sentences.told(kept, SHOWN)
    with transaction.atomic():
        payment = payment or (Payment.objects.filter(attempt=attempt).first() if attempt else None)
        about = payment or invoice or (attempt.invoice if attempt else None)
        subjects = {"attempt": attempt, "payment": payment, "invoice": invoice}
        customer_id = about.customer_id if about else None
        found = {"kind": kind, "detail": text, "sentences": kept, "customer_id": customer_id, **subjects}
        item, is_new = ReviewItem.objects.get_or_create(key=key, defaults=found)
        if is_new:
            logger.warning("for review: %s", key)
            number = f" ({invoice.number})" if invoice else ""
            with translation.override(_STAFF_LANGUAGE):
                subject = subject or f"{title(kind)}{number}"
            mails.staff_notice(key=f"review:{key}", subject=subject, text=text)
    return item


def is_waiting(*, attempt: PaymentAttempt, kind: str) -> bool:
    """Whether an unresolved item of that kind names the attempt."""
    return ReviewItem.objects.filter(attempt=attempt, kind=kind, resolved_at=None).exists()


def is_blocked(invoice: Invoice) -> bool:
    """Whether money that does not fit the invoice waits for review; until then nobody is asked for more."""
    return ReviewItem.objects.filter(invoice_id=invoice.pk, kind=MISMATCH, resolved_at=None).exists()


def cannot_be_charged(invoice: Invoice) -> bool:
    """Whether a person must do something before the invoice can be paid here."""
    return ReviewItem.objects.filter(invoice_id=invoice.pk, kind=CANNOT_CHARGE, resolved_at=None).exists()


def refused_by(invoice: Invoice) -> frozenset[str]:
    """Names of the payment methods that refuse the invoice until a person has done something; "" in matters of earlier
    releases, which named none. One query."""
    waiting = ReviewItem.objects.filter(invoice_id=invoice.pk, kind=CANNOT_CHARGE, resolved_at=None)
    keys = [key.split(":") for key in waiting.values_list("key", flat=True)]
    return frozenset(parts[2] if len(parts) > 3 else "" for parts in keys)


def file_cannot_charge(*, invoice: Invoice, gateway: str, code: str) -> None:
    """File an invoice that the payment method refuses, once until somebody resolves it."""
    if gateway in refused_by(invoice):
        return
    known = ReviewItem.objects.filter(invoice_id=invoice.pk, kind=CANNOT_CHARGE).count()
    file(
        key=f"{CANNOT_CHARGE}:{invoice.public_id}:{gateway}:{known + 1}",
        kind=CANNOT_CHARGE,
        detail=[
            Sentence(
                _(
                    "%(gateway)s refuses %(amount)s %(currency)s of %(invoice)s (%(code)s). The customer cannot pay it "
                    "this way."
                ),
                {
                    "gateway": gateway,
                    "amount": invoice.amount,
                    "currency": invoice.currency,
                    "invoice": invoice.number,
                    "code": code or "–",
                },
            )
        ],
        invoice=invoice,
    )


def file_refund_failed(refund: Refund, *, why: str = "") -> None:
    """File a refund that was refused, given up or returned. ``why``: in words, else what the provider's code says."""
    payment = refund.payment
    reason = Sentence(why) if why else refund_failures.sentence(refund.failure_code)
    file(
        key=f"refund-failed:{refund.pk}",
        kind="refund_failed",
        detail=[
            Sentence(
                _("%(amount)s %(currency)s (%(gateway)s %(reference)s) did not reach the buyer. %(refund)s: %(why)s."),
                {
                    "amount": refund.amount,
                    "currency": payment.currency,
                    "gateway": payment.gateway,
                    "reference": payment.reference,
                    "refund": refund,
                    "why": reason,
                },
            )
        ],
        attempt=payment.attempt,
        payment=payment,
        invoice=refund.invoice or payment.invoice,
    )


def file_paid_beyond(refund: Refund) -> None:
    """File a payout by which more went back than was paid. Its payment is as it is after that."""
    payment = refund.payment
    text = _(
        "%(amount)s %(currency)s went back by bank transfer (%(refund)s), and other money of %(gateway)s %(reference)s "
        "went back or was lost before that: %(beyond)s %(currency)s more than was paid. The customer owes it."
    )
    values = {
        "amount": refund.amount, "currency": payment.currency, "refund": refund, "gateway": payment.gateway,
        "reference": payment.reference, "beyond": -payment.amount_kept,
    }  # fmt: skip
    file(
        key=f"{PAID_BEYOND}:{refund.pk}", kind=PAID_BEYOND, detail=[Sentence(text, values)], attempt=payment.attempt,
        payment=payment, invoice=refund.invoice or payment.invoice,
    )  # fmt: skip


def file_setup(*, gateway: str, code: str, detail: Sequence[Sentence]) -> None:
    """File a fault in a payment method's set-up, once until somebody resolves it.

    ``code`` tells what it is about: a right, the endpoint.
    """
    file_until_resolved(about=f"{SETUP}:{gateway}:{code}", kind=SETUP, detail=detail)


def file_until_resolved(*, about: str, kind: str, detail: Sequence[Sentence]) -> None:
    """File what lasts until somebody does something: once, and again where it is still so after it was resolved."""
    about = about[:190]
    same = ReviewItem.objects.filter(Q(key=about) | Q(key__startswith=f"{about}:"), kind=kind)
    if not same.filter(resolved_at=None).exists():
        file(key=f"{about}:{same.count() + 1}", kind=kind, detail=detail)
