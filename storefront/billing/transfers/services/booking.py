"""Money that came to a bank account: noted, and booked to what it is for. Never twice, whoever notes it how often."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing.models import Invoice
from storefront.billing.services import part_payments, payments, receiving
from storefront.billing.services.ledger import BANK_TRANSFER
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.errors import SharesWrong, TransferBooked, TransferGone, WhoseIsIt
from storefront.billing.transfers.models import BankTransfer, SellerAccount, TransferShare, TransferStatus
from storefront.core import clock, money, states
from storefront.users.models import User

logger = logging.getLogger(__name__)

#: ``Payment.gateway`` of what came by bank transfer; no adapter has this name.
GATEWAY = BANK_TRANSFER
_LABEL = _("Bank transfer")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A sum as the bank tells it. ``amount`` > 0, in major units of the account's currency. ``key``: see ``key_of``."""

    key: str
    account: SellerAccount
    amount: Decimal
    value_on: date
    bank_reference: str = ""
    payer_name: str = ""
    payer_account: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What of a transfer is for an invoice, major units. None: what the invoice still asks for, as far as there is."""

    invoice: Invoice
    amount: Decimal | None = None


def key_of(*, account: SellerAccount, value_on: date, amount: Decimal, bank_reference: str) -> str:
    """One name for one sum that came, whoever types it: blanks, signs and small letters of the reference do not count.

    For a line of a statement without a usable reference the caller makes a key of its own.
    """
    reference = re.sub(r"[\W_]", "", bank_reference).upper()
    facts = f"{account.pk}|{value_on:%Y-%m-%d}|{money.stored(amount)}|{reference}"
    return f"{account.pk}:{hashlib.sha256(facts.encode()).hexdigest()[:40]}"


def note(incoming: Incoming) -> BankTransfer:
    """Write down a sum that came, once per key; nothing is booked. The caller tells staff where somebody must look."""
    account = incoming.account
    if not money.is_exact(incoming.amount, account.currency) or incoming.amount <= 0:
        raise SharesWrong
    transfer, _is_new = BankTransfer.objects.get_or_create(
        key=incoming.key,
        defaults={
            "account": account,
            "currency": account.currency,
            "amount": incoming.amount,
            "value_on": incoming.value_on,
            "bank_reference": incoming.bank_reference[:140],
            "payer_name": incoming.payer_name[:200],
            "payer_account": incoming.payer_account[:60],
            "text": incoming.text,
        },
    )
    return transfer


def book(
    *,
    incoming: Incoming | BankTransfer,
    shares: Sequence[Share] = (),
    customer: User | None = None,
    by: User | None,
) -> BankTransfer:
    """Book a sum to invoices, each with its part, and the rest to a personal account: ``customer``'s, else that of the
    first invoice's customer.

    ``by``: who confirmed it, None where a rule did. Calling it again with the same is harmless. May be called inside a
    transaction, which must hold no lock of ``billing.services.locking`` yet. Raises TransferBooked (to something else),
    TransferGone, SharesWrong or WhoseIsIt, with nothing booked.
    """
    _check(incoming, shares, customer)
    with transaction.atomic():
        owners = _lock_owners(shares, customer)
        locked = {share.invoice.pk: share.invoice for share in shares}
        locked = {pk: lock_invoice(pk) for pk in sorted(locked)}
        transfer = states.lock(incoming if isinstance(incoming, BankTransfer) else note(incoming))
        if transfer.status == TransferStatus.BOOKED:
            _check_same(transfer, shares, customer)
            return transfer
        if transfer.status == TransferStatus.REVERSED:
            raise TransferGone
        parts = _parts(transfer, [(locked[share.invoice.pk], share.amount) for share in shares])
        rest_to = owners[customer.pk if customer else shares[0].invoice.customer_id]
        _write(transfer, parts, rest_to)
        transfer.status, transfer.customer = TransferStatus.BOOKED, rest_to
        transfer.booked_at, transfer.booked_by = clock.now(), by
        transfer.save(update_fields=["status", "customer", "booked_at", "booked_by"])
    logger.info("bank transfer %s: booked by user %s", transfer.pk, by.pk if by else None)
    return transfer


def put_aside(*, transfer: BankTransfer, by: User, reason: str) -> BankTransfer:
    """Note that a transfer is no customer's money. Raises TransferBooked."""
    with transaction.atomic():
        locked = states.lock(transfer)
        if locked.status == TransferStatus.BOOKED:
            raise TransferBooked
        locked.status, locked.reason, locked.undone_by = TransferStatus.FOREIGN, reason[:1000], by
        locked.save(update_fields=["status", "reason", "undone_by"])
    return locked


def alike(incoming: Incoming | BankTransfer) -> list[BankTransfer]:
    """Transfers with another key that may be the same money: same account, amount and value date."""
    found = BankTransfer.objects.filter(
        account=incoming.account, amount=incoming.amount, value_on=incoming.value_on
    ).exclude(key=incoming.key)
    return list(found.order_by("pk"))


def _check(incoming: Incoming | BankTransfer, shares: Sequence[Share], customer: User | None) -> None:
    if not shares and customer is None:
        raise WhoseIsIt
    currency = incoming.account.currency
    named = [share.amount for share in shares if share.amount is not None]
    if (
        len({share.invoice.pk for share in shares}) < len(shares)
        or any(share.invoice.currency != currency for share in shares)
        or any(not money.is_exact(amount, currency) or amount <= 0 for amount in named)
        or sum(named, _NOTHING) > incoming.amount
    ):
        raise SharesWrong


def _lock_owners(shares: Sequence[Share], customer: User | None) -> dict[int, User]:
    ids = {share.invoice.customer_id for share in shares} | ({customer.pk} if customer else set())
    return {pk: states.lock(User(pk=pk)) for pk in sorted(ids)}


def _check_same(transfer: BankTransfer, shares: Sequence[Share], customer: User | None) -> None:
    booked = dict(transfer.shares.filter(is_undone=False).exclude(invoice=None).values_list("invoice_id", "amount"))
    wanted = {share.invoice.pk: share.amount for share in shares}
    if booked.keys() - wanted.keys() or any(
        amount is not None and booked.get(pk) != amount for pk, amount in wanted.items()
    ):
        raise TransferBooked
    if customer is not None and transfer.customer_id != customer.pk:
        raise TransferBooked


def _parts(transfer: BankTransfer, wanted: Sequence[tuple[Invoice, Decimal | None]]) -> list[tuple[Invoice, Decimal]]:
    """How much each invoice gets. What is named comes first; an invoice that asks for nothing may still be what the
    payer meant, and its money is kept for its customer."""
    left = transfer.amount - sum((amount for _invoice, amount in wanted if amount is not None), _NOTHING)
    parts = []
    for invoice, amount in wanted:
        if amount is None:
            is_open = invoice.status == InvoiceStatus.OPEN
            amount = min(left, part_payments.due(invoice) if is_open else invoice.amount)
            left -= amount
        if amount > 0:
            parts.append((invoice, amount))
    return parts


def _write(transfer: BankTransfer, parts: Sequence[tuple[Invoice, Decimal]], rest_to: User) -> None:
    """A payment for each customer, and what it is for."""
    sums: dict[int, Decimal] = {}
    for invoice, amount in parts:
        sums[invoice.customer_id] = sums.get(invoice.customer_id, _NOTHING) + amount
    rest = transfer.amount - sum(sums.values(), _NOTHING)
    if rest:
        sums[rest_to.pk] = sums.get(rest_to.pk, _NOTHING) + rest
    known = TransferShare.objects.filter(transfer=transfer).values("payment").distinct().count()
    for number, (customer_id, total) in enumerate(sorted(sums.items()), start=known + 1):
        mine = [(invoice, amount) for invoice, amount in parts if invoice.customer_id == customer_id]
        customer = mine[0][0].customer if mine else rest_to
        payment = payments.register(
            customer=customer,
            gateway=GATEWAY,
            reference=f"{transfer.pk}-{number}",
            is_live=True,
            amount=total,
            currency=transfer.currency,
            method_label=_LABEL,
        )
        for invoice, amount in mine:
            TransferShare.objects.create(transfer=transfer, invoice=invoice, payment=payment, amount=amount)
        used = [receiving.use(invoice, payment, amount) for invoice, amount in mine]
        if total > (assigned := sum((amount for _invoice, amount in mine), _NOTHING)):
            TransferShare.objects.create(transfer=transfer, payment=payment, amount=total - assigned)
        if mine and None not in used:
            receiving.tell_rest(mine[0][0], payment, sum((each for each in used if each), _NOTHING))
