"""What becomes of a line: booked to invoices or a customer, put aside, taken back. Each in a transaction of its own,
which locks the line before anything else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction

from storefront.billing.bank_statements.errors import AlreadyDecided, NotAPayment, NothingProposed
from storefront.billing.bank_statements.matching import Proposal
from storefront.billing.bank_statements.models import LineStatus, StatementLine
from storefront.billing.bank_statements.services import claims
from storefront.billing.models import Invoice
from storefront.billing.services import part_payments
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import BankTransfer, TransferStatus
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Incoming, Share
from storefront.core import clock, states
from storefront.users.models import User

logger = logging.getLogger(__name__)


def incoming_of(line: StatementLine) -> Incoming:
    """The line as money that came."""
    return Incoming(
        key=line.transfer_key,
        account=line.account,
        amount=line.amount,
        value_on=line.value_on or line.booked_on,
        bank_reference=line.reference,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        text=line.text,
    )


def book(
    *, line: StatementLine, shares: Sequence[Share] = (), customer: User | None = None, by: User | None
) -> BankTransfer:
    """Book a line to invoices, the rest to the personal account of ``customer``, else of the first invoice's. A second
    call with the same is harmless. Raises AlreadyDecided, NotAPayment, or a TransferError, with nothing booked."""
    try:
        with transaction.atomic():
            locked = _locked(line, LineStatus.OPEN, LineStatus.FOREIGN, LineStatus.BOOKED)
            if not locked.is_in or locked.is_reversal:
                raise NotAPayment
            transfer = booking.book(incoming=incoming_of(locked), shares=shares, customer=customer, by=by)
            if locked.status != LineStatus.BOOKED:
                _decide(locked, LineStatus.BOOKED, by, "", transfer=transfer)
    except IntegrityError as exc:  # another line is this transfer
        raise AlreadyDecided from exc
    return transfer


def book_proposed(*, line: StatementLine, proposal: Proposal, by: User | None) -> BankTransfer:
    """Book a line as it was proposed, if every invoice still asks for at least its part and nothing looks like the same
    money. Raises NothingProposed otherwise."""
    invoices = Invoice.objects.in_bulk([pk for pk, _amount in proposal.parts])
    if len(invoices) < len(proposal.parts) or not all(_still_asks(invoices[pk], part) for pk, part in proposal.parts):
        raise NothingProposed
    if booked_alike(line):
        raise NothingProposed
    shares = [Share(invoices[pk], amount) for pk, amount in proposal.parts]
    return book(line=line, shares=shares, by=by)


def booked_alike(line: StatementLine) -> list[BankTransfer]:
    """Transfers that may be this line: of the same account, amount and day, confirmed or noted by hand, or booked from
    a line of another file that names no other payer's account."""
    waiting, booked = TransferStatus.WAITING, TransferStatus.BOOKED
    found = [each.pk for each in booking.alike(incoming_of(line)) if each.status in (waiting, booked)]
    if not found:
        return []
    rows = BankTransfer.objects.filter(pk__in=found).select_related("statement_line__statement").order_by("pk")
    return [each for each in rows if _may_be(line, each)]


def typed_alike(line: StatementLine) -> list[BankTransfer]:
    """Those of them that were confirmed or noted by hand and are no line yet: the line may be linked to one."""
    alike = [each for each in booked_alike(line) if getattr(each, "statement_line", None) is None]
    taken = StatementLine.objects.filter(transfer_key__in=[each.key for each in alike]).exclude(pk=line.pk)
    keys = set(taken.values_list("transfer_key", flat=True))
    return [each for each in alike if each.key not in keys]


def is_the_same(*, line: StatementLine, transfer: BankTransfer, by: User) -> None:
    """The line is a transfer that was confirmed by hand: it is not booked again. Of one that was noted and waits, the
    line takes the name: whichever of them is booked, both are. Raises AlreadyDecided."""
    try:
        with transaction.atomic():
            locked = _locked(line, LineStatus.OPEN, LineStatus.FOREIGN)
            known = states.lock(transfer)
            is_free = known.pk in [each.pk for each in typed_alike(locked)]
            if not is_free or (known.account_id, known.amount) != (locked.account_id, locked.amount):
                raise AlreadyDecided
            if known.status == TransferStatus.BOOKED:
                _decide(locked, LineStatus.BOOKED, by, "", transfer=known)
            else:
                locked.transfer_key = known.key
                locked.save(update_fields=["transfer_key"])
                _decide(locked, LineStatus.OPEN, by, "")
    except IntegrityError as exc:
        raise AlreadyDecided from exc


def put_aside(*, line: StatementLine, by: User, reason: str) -> None:
    """No customer's money. Raises AlreadyDecided."""
    with transaction.atomic():
        locked = _locked(line, LineStatus.OPEN)
        _decide(locked, LineStatus.FOREIGN, by, reason)


def undo(*, line: StatementLine, by: User, reason: str) -> None:
    """Decide anew: a booking is undone, what it had paid is owed again. Raises AlreadyDecided, or a TransferError."""
    with transaction.atomic():
        locked = _locked(line, LineStatus.BOOKED, LineStatus.FOREIGN)
        if locked.reverses_id is not None:
            raise AlreadyDecided  # what the bank took back is gone
        if locked.transfer is not None:
            undoing.undo(transfer=locked.transfer, by=by, reason=reason)
        _decide(locked, LineStatus.OPEN, by, reason, transfer=None)
        locked.propose(claims.matcher(locked.currency).propose(locked.as_read()))
        locked.save(update_fields=["proposals", "score", "is_certain"])


def reversible(line: StatementLine) -> list[BankTransfer]:
    """Booked transfers that the line may take back: the same account and amount, not later; the likeliest first."""
    if line.amount >= Decimal(0):
        return []
    found = BankTransfer.objects.filter(
        account=line.account, amount=-line.amount, status=TransferStatus.BOOKED, value_on__lte=line.booked_on,
        reversing_line=None,
    )  # fmt: skip
    return sorted(found.order_by("-value_on", "-pk")[:200], key=lambda each: -_likeness(line, each))[:10]


def reverse(*, line: StatementLine, transfer: BankTransfer, by: User, reason: str) -> None:
    """The bank took a transfer back: it is un-paid as by a refund. Raises AlreadyDecided, NotAPayment, or a
    TransferError."""
    try:
        with transaction.atomic():
            locked = _locked(line, LineStatus.OPEN, LineStatus.OUTGOING)
            if (transfer.account_id, transfer.amount) != (locked.account_id, -locked.amount):
                raise NotAPayment
            undoing.reverse(transfer=transfer, by=by, reason=reason)
            _decide(locked, LineStatus.BOOKED, by, reason, reverses=transfer)
    except IntegrityError as exc:  # another line took it back
        raise AlreadyDecided from exc


def _still_asks(invoice: Invoice, part: Decimal) -> bool:
    return invoice.status == InvoiceStatus.OPEN and part_payments.due(invoice) >= part


def _may_be(line: StatementLine, transfer: BankTransfer) -> bool:
    other: StatementLine | None = getattr(transfer, "statement_line", None)
    if other is None:
        return True
    accounts = {each.payer_account for each in (line, other) if each.payer_account}
    return other.statement.file_id != line.statement.file_id and len(accounts) < 2


def _likeness(line: StatementLine, transfer: BankTransfer) -> int:
    same_account = bool(line.payer_account) and line.payer_account == transfer.payer_account
    words = set(line.text.upper().split()) & set(transfer.text.upper().split())
    numbers = any(any(c.isdigit() for c in word) and len(word) > 5 for word in words)
    return 2 * same_account + 2 * numbers + (line.payer_name.upper() == transfer.payer_name.upper())


def _locked(line: StatementLine, *allowed: LineStatus) -> StatementLine:
    locked = states.lock(line)
    if locked.status not in allowed:
        raise AlreadyDecided
    return locked


def _decide(
    line: StatementLine, status: LineStatus, by: User | None, reason: str, **links: BankTransfer | None
) -> None:
    for name, value in links.items():
        setattr(line, name, value)
    line.status, line.decided_by, line.decided_at, line.reason = status, by, clock.now(), reason[:1000]
    line.save(update_fields=["status", "decided_by", "decided_at", "reason", *links])
    logger.info("statement line %s: %s by user %s", line.pk, status.value, by.pk if by else None)
