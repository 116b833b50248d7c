"""What becomes of customers' requests as the refunds that they led to, or others of the same lines, go on.

Called with the customer locked. A request is locked after everything else.
"""

from __future__ import annotations

from typing import Any

from storefront.billing.models import Invoice, Refund, RefundRequest, RefundRequestLine
from storefront.billing.models.refunds import masked
from storefront.billing.services.refund_units import units_left
from storefront.billing.states import (
    MADE_REFUND,
    OPEN_REQUEST,
    REFUND_REQUEST_TRANSITIONS,
    RESERVED_REFUND,
    RefundRequestStatus,
)
from storefront.core import clock, states


def follow(refund: Refund) -> None:
    """A refund has changed its state: the request that it was decided for is done once every refund of the decision is
    made or over and one was made, and asked for again if none was."""
    if refund.decision:
        for request in RefundRequest.objects.filter(decision=refund.decision, status__in=OPEN_REQUEST):
            _follow_decision(states.lock(request))
    if refund.invoice is not None:
        close_given(refund.invoice)


def _follow_decision(request: RefundRequest) -> None:
    found = set(Refund.objects.filter(decision=request.decision).values_list("status", flat=True))
    if found & set(RESERVED_REFUND):
        return
    if found & set(MADE_REFUND):
        close(request, RefundRequestStatus.DONE)
    else:
        states.apply(
            request, RefundRequestStatus.ASKED, table=REFUND_REQUEST_TRANSITIONS, decision="", decided_by=None,
            decided_at=None,
        )  # fmt: skip


def close_given(invoice: Invoice) -> None:
    """Requests that wait, of whose lines nothing is left by now, or of an invoice that was taken back: they are done,
    whoever gave the money back."""
    waiting = RefundRequest.objects.filter(invoice=invoice, status=RefundRequestStatus.ASKED)
    if not waiting.exists():
        return
    is_over = invoice.status == "refunded"
    left = units_left(invoice)
    for request in waiting.prefetch_related("lines"):
        lines = {each.line_id for each in request.lines.all()}
        reserved = Refund.objects.filter(invoice=invoice, status__in=RESERVED_REFUND).exists()
        nothing = all(amount <= 0 for unit, amount in left.items() if unit.line_id in lines)
        if is_over or (nothing and not reserved):
            close(states.lock(request), RefundRequestStatus.DONE)


def close(request: RefundRequest, status: RefundRequestStatus, **changes: Any) -> bool:
    """End a locked request: its lines may be asked for again, and nobody needs its account any more."""
    account = masked(request.payee_account)
    changed = states.apply(
        request, status, table=REFUND_REQUEST_TRANSITIONS, closed_at=clock.now(), payee_account=account, **changes
    )
    RefundRequestLine.objects.filter(request=request).update(is_open=False)
    return changed
