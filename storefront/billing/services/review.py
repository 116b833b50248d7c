"""The queue of things about money that a person must look at."""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing.models import Invoice, Payment, ReviewItem
from storefront.notifications import mails

logger = logging.getLogger(__name__)

#: Money that does not fit its invoice: no more may be asked for until a person has looked.
MISMATCH = "mismatch"


def file(
    *, key: str, kind: str, detail: str, payment: Payment | None = None, invoice: Invoice | None = None
) -> ReviewItem:
    """Put something before the staff, once per ``key``, and tell them by mail. No secrets in ``detail``."""
    with transaction.atomic():
        item, is_new = ReviewItem.objects.get_or_create(
            key=key, defaults={"kind": kind, "detail": detail, "payment": payment, "invoice": invoice}
        )
        if is_new:
            logger.warning("for review: %s", key)
            about = f" ({invoice.number})" if invoice else ""
            mails.staff_notice(key=f"review:{key}", subject=f"Payment to review: {kind}{about}", text=detail)
    return item


def is_waiting(*, payment: Payment, kind: str) -> bool:
    """Whether an unresolved item of that kind names the payment."""
    return ReviewItem.objects.filter(payment=payment, kind=kind, resolved_at=None).exists()
