"""Customers ask for refunds; staff approve, change or refuse.

Nothing is moved by a request. What staff decide is a refund as any other (``refunds.begin``), with its plan, its second
person and its locks; the request is decided in the transaction that writes the refund's rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from storefront.billing import refund_request_mails
from storefront.billing.errors import AlreadyRequested, NotRequestable, RequestDecided
from storefront.billing.models import Invoice, Refund, RefundReason, RefundRequest, RefundRequestLine
from storefront.billing.services import refund_plans, refund_request_states, refunds
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.refund_units import Unit, units_left
from storefront.billing.states import (
    OPEN_REQUEST,
    REFUND_REQUEST_TRANSITIONS,
    InvoiceStatus,
    RefundRequestStatus,
    RefundWay,
)
from storefront.core import clock, states
from storefront.users.models import User


def askable(invoice: Invoice, *, is_withdrawal: bool = False) -> dict[int, list[Unit]]:
    """The units of each line that a refund can be asked for, by the line's key, lines without any left out: those that
    something is left of and no open request is about. A withdrawal goes before ordinary requests that wait."""
    if invoice.status != InvoiceStatus.PAID or not any(
        part.amount > 0 for part in refund_plans.sources(invoice, RefundWay.BANK)
    ):
        return {}
    open_ones = RefundRequestLine.objects.filter(line__invoice=invoice, is_open=True)
    if is_withdrawal:
        open_ones = open_ones.exclude(request__is_withdrawal=False, request__status=RefundRequestStatus.ASKED)
    asked = set(open_ones.values_list("line", flat=True))
    found: dict[int, list[Unit]] = {}
    for unit, left in units_left(invoice).items():
        if left > 0 and unit.line_id not in asked:
            found.setdefault(unit.line_id, []).append(unit)
    return found


def ask(
    *,
    invoice: Invoice,
    lines: Sequence[int],
    language: str,
    reason: RefundReason | None = None,
    text: str = "",
    payee: Payee | None = None,
    is_withdrawal: bool = False,
    check: Callable[[], object] | None = None,
) -> RefundRequest:
    """A customer asks for the money of ``lines`` (keys of invoice lines), as far as it is left. They and staff are
    mailed.

    ``check`` is called under the customer's lock, and may raise what it wants. Raises AlreadyRequested (one of them is
    asked for) or NotRequestable.
    """
    with transaction.atomic():
        states.lock(User(pk=invoice.customer_id))
        invoice = Invoice.objects.select_related("customer", "order").get(pk=invoice.pk)
        if check is not None:
            check()
        wanted, left = list(dict.fromkeys(lines)), askable(invoice, is_withdrawal=is_withdrawal)
        if is_withdrawal and all(line in left for line in wanted):
            _make_way(invoice, wanted)
        if RefundRequestLine.objects.filter(line__in=wanted, line__invoice=invoice, is_open=True).exists():
            raise AlreadyRequested
        if not wanted or any(line not in left for line in wanted):
            raise NotRequestable
        request = RefundRequest.objects.create(
            customer=invoice.customer, invoice=invoice, language=language, reason=reason,
            reason_text=reason.text("title", language) if reason else "", text=text[:1000],
            is_withdrawal=is_withdrawal, **_payee_columns(payee),
        )  # fmt: skip
        try:
            with transaction.atomic():
                RefundRequestLine.objects.bulk_create(RefundRequestLine(request=request, line_id=pk) for pk in wanted)
        except IntegrityError as twice:
            raise AlreadyRequested from twice
        refund_request_mails.asked(request)
    return request


def _make_way(invoice: Invoice, lines: Sequence[int]) -> None:
    """Ordinary requests for ``lines`` that wait give way to a withdrawal: they are over, or ask for the rest only."""
    waiting = RefundRequest.objects.filter(invoice=invoice, status=RefundRequestStatus.ASKED, is_withdrawal=False)
    for request in waiting.order_by("pk"):
        locked = _lock_asked(request)
        mine = RefundRequestLine.objects.filter(request=locked)
        if not mine.exclude(line__in=lines).exists():
            refund_request_states.close(locked, RefundRequestStatus.WITHDRAWN)
        else:
            mine.filter(line__in=lines).delete()


def _payee_columns(payee: Payee | None) -> dict[str, str]:
    if payee is None:
        return {}
    return {"payee_holder": payee.holder, "payee_account": payee.account, "payee_bank": payee.bank}


def payee_of(request: RefundRequest) -> Payee | None:
    """Where the customer wants the money, None if the way it was paid."""
    if not request.payee_account:
        return None
    return Payee(request.payee_holder, request.payee_account, request.payee_bank)


def asked_decision(request: RefundRequest) -> RefundDecision:
    """What the request asks for, as far as it is left: its lines whole."""
    lines = {each.line_id for each in request.lines.all()}
    units = [unit for unit, left in units_left(request.invoice).items() if left > 0 and unit.line_id in lines]
    payee = payee_of(request)
    way = RefundWay.BANK if payee else RefundWay.METHOD
    return RefundDecision(invoice=request.invoice, units=units, way=way, payee=payee)


def withdraw(*, request: RefundRequest) -> RefundRequest:
    """The customer takes back what they asked for, while nobody has decided. Raises RequestDecided."""
    with transaction.atomic():
        states.lock(User(pk=request.customer_id))
        locked = _lock_asked(request)
        refund_request_states.close(locked, RefundRequestStatus.WITHDRAWN)
    return locked


def refuse(*, request: RefundRequest, by: User, answer: str) -> RefundRequest:
    """Staff say no; the customer is mailed ``answer``. Raises RequestDecided."""
    with transaction.atomic():
        states.lock(User(pk=request.customer_id))
        locked = _lock_asked(request)
        refund_request_states.close(
            locked, RefundRequestStatus.REFUSED, answer=answer[:1000], decided_by=by, decided_at=clock.now()
        )
        refund_request_mails.decided(locked)
    return locked


def grant(
    *,
    request: RefundRequest,
    decision: RefundDecision,
    by: User,
    reason: str,
    answer: str = "",
    check: Callable[[], object] | None = None,
    note: Callable[[list[Refund]], object] | None = None,
) -> list[Refund]:
    """Give back what was asked for, or what staff made of it (``decision``): then it is approved with changes, and the
    customer reads ``answer``. Must not be called inside a transaction.

    ``check`` and ``note`` as in ``refunds.begin``, whose refunds it returns. Raises RequestDecided, and what that
    raises.
    """

    status = RefundRequestStatus.APPROVED

    def look() -> None:
        nonlocal status
        locked = _lock_asked(request)
        if not _is_as_asked(locked, decision):
            status = RefundRequestStatus.CHANGED
        if decision.invoice is None or decision.invoice.pk != locked.invoice_id:
            raise ValueError("a refund of another invoice")
        if check is not None:
            check()

    def decide(rows: list[Refund]) -> None:
        locked = _lock_asked(request)
        states.apply(
            locked, status, table=REFUND_REQUEST_TRANSITIONS, decision=rows[0].decision, answer=answer[:1000],
            decided_by=by, decided_at=clock.now(),
        )  # fmt: skip
        if decision.way == RefundWay.BANK:  # else the mail about the refund itself tells all
            refund_request_mails.decided(locked, rows)
        if note is not None:
            note(rows)

    return refunds.begin(decision=decision, reason=reason, by=by, is_told=True, check=look, note=decide)


def _lock_asked(request: RefundRequest) -> RefundRequest:
    locked: RefundRequest = states.lock(RefundRequest.objects.select_related("invoice", "customer").get(pk=request.pk))
    if locked.status != RefundRequestStatus.ASKED:
        raise RequestDecided
    return locked


def _is_as_asked(request: RefundRequest, decision: RefundDecision) -> bool:
    asked = asked_decision(request)
    return decision.amount is None and decision.way == asked.way and set(decision.units) == set(asked.units)


def requests_of(customer: User) -> Any:
    """A customer's requests, the latest first."""
    rows = RefundRequest.objects.filter(customer=customer).select_related("invoice__order", "reason")
    return rows.prefetch_related("lines__line").order_by("-pk")


def is_open(request: RefundRequest) -> bool:
    return request.status in OPEN_REQUEST
