"""One step for one awaited transfer: the bank says that the money is there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from storefront.billing.models import Invoice
from storefront.billing.services import unpaid
from storefront.billing.services.locking import lock_invoice
from storefront.billing.transfers.models import BankTransfer, SellerAccount, TransferStatus
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Incoming, Share
from storefront.users.models import User


def confirm(
    *, invoice: Invoice, account: SellerAccount, amount: Decimal, value_on: date, bank_reference: str, by: User
) -> BankTransfer:
    """Book what came for one unpaid invoice. ``amount``: major units of the account's currency.

    The same transfer again, also by somebody else, is the one that is booked; another one for an invoice that is paid
    meanwhile is refused, because two people mean the same money by it: a second payment is booked from the list of
    transfers. Raises as ``unpaid.check`` and ``booking.book`` do.
    """
    key = booking.key_of(account=account, value_on=value_on, amount=amount, bank_reference=bank_reference)
    incoming = Incoming(
        key=key, account=account, amount=amount, value_on=value_on, bank_reference=bank_reference,
        payer_name=invoice.payer.get("company") or invoice.payer.get("name", ""),
    )  # fmt: skip
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        if not BankTransfer.objects.filter(key=key, status=TransferStatus.BOOKED).exists():
            unpaid.check(locked)
        return booking.book(incoming=incoming, shares=[Share(locked)], by=by)
