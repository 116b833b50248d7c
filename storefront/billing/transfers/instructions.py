"""How an invoice is paid by bank transfer: the account, the amount, the reference, the code for a bank's app."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.models import Invoice
from storefront.billing.services import part_payments
from storefront.billing.transfers import accounts, payment_codes
from storefront.billing.transfers.models import SellerAccount
from storefront.core import money
from storefront.core.instants import day_of

#: How long banks take, in working days.
SHORTEST, LONGEST = 2, 5


@dataclass(frozen=True, slots=True)
class TransferInstructions:
    """What a payer is told, in the active language. ``due``: what is still to pay, major units of ``currency``.

    ``reference``: digits alone, which survive being typed, read by machines and cut; ``creditor_reference``: the same
    by ISO 11649. ``purpose``: the text of the payment order. ``rows``: (label, value) as shown. ``code``: an SVG for a
    bank's app, ``code_text`` what it says, "" where there is none; ``code_name``: what it is called.
    """

    account: SellerAccount
    currency: str
    due: Decimal
    received: Decimal
    reference: str
    creditor_reference: str
    purpose: str
    due_at: datetime
    rows: tuple[tuple[str, str], ...]
    code: str = ""
    code_text: str = ""
    code_name: str = ""


def reference_of(invoice: Invoice) -> str:
    """The digits of the invoice's number: INV-2026-000042 is 2026000042."""
    return re.sub(r"\D", "", invoice.number)


def instructions_for(invoice: Invoice) -> TransferInstructions | None:
    """None where there is no account for the invoice's currency and payer, and for what a provider sells: it becomes
    our sale, with our tax, once the buyer chooses to transfer."""
    account = None if invoice.sold_by else accounts.for_invoice(invoice)
    if account is None:
        return None
    received = part_payments.held(invoice) - part_payments.reserved(invoice)
    due = invoice.amount - received
    reference = reference_of(invoice)
    creditor_reference = payment_codes.creditor_reference(reference)
    purpose = _purpose(invoice, reference)
    name, text, code = _code(account, due, creditor_reference, purpose)
    return TransferInstructions(
        account=account,
        currency=invoice.currency,
        due=due,
        received=received,
        reference=reference,
        creditor_reference=creditor_reference,
        purpose=purpose,
        due_at=invoice.due_at,
        rows=tuple(_rows(account, creditor_reference, purpose)),
        code=code,
        code_text=text,
        code_name=name,
    )


def _purpose(invoice: Invoice, reference: str) -> str:
    """At most 140 characters, as SEPA has them."""
    values = {"number": invoice.number, "reference": reference, "day": f"{day_of(invoice.issued_at):%d.%m.%Y}"}
    text = _("Invoice %(number)s of %(day)s, reference %(reference)s") % values
    if invoice.tax:
        tax = money.plain(invoice.tax, invoice.currency)
        text += _(", incl. VAT %(tax)s") % {"tax": f"{tax} {invoice.currency}"}
    return text[:140]


def _rows(account: SellerAccount, creditor_reference: str, purpose: str) -> list[tuple[str, str]]:
    is_russian = account.is_russian
    rows = [
        (_("Account holder"), account.holder),
        (_("IBAN") if account.is_iban else _("Account number"), account.printed_number),
        (_("БИК") if is_russian else _("BIC (SWIFT)"), account.bank_code),
        (_("Bank"), account.bank_name),
        (_("Correspondent account"), account.correspondent_account),
        (_("Correspondent bank"), account.correspondent_bank),
        (_("ИНН") if is_russian else _("Tax number"), account.tax_number),
        (_("КПП") if is_russian else _("Registration code"), account.tax_code),
        ("", account.extra_lines),
        (_("Purpose"), purpose),
        (_("Reference by ISO 11649"), creditor_reference if account.is_iban else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _code(account: SellerAccount, due: Decimal, creditor_reference: str, purpose: str) -> tuple[str, str, str]:
    """Its name, its text and the SVG. Apps of all banks read those of euro and roubles; others have none."""
    try:
        if account.currency == "EUR" and account.is_iban:
            text = payment_codes.epc_text(
                holder=account.holder, iban=account.number, amount=due, reference=creditor_reference,
                bic=account.bank_code,
            )  # fmt: skip
            return _("EPC QR code"), text, payment_codes.svg(text)
        if account.currency == "RUB" and account.is_russian:
            text = payment_codes.rouble_text(
                holder=account.holder, number=account.number, bank=account.bank_name, bic=account.bank_code,
                correspondent=account.correspondent_account, amount=due, purpose=purpose,
                more={"PayeeINN": account.tax_number, "KPP": account.tax_code},
            )  # fmt: skip
            return _("QR code for bank apps"), text, payment_codes.svg(text)
    except payment_codes.NoCode:
        pass
    return "", "", ""
